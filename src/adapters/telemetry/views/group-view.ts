import type { GroupView } from "../../../api/group-view.ts";
import { seconds } from "../../../core/units.ts";
import type { TickReport } from "../../../ports/telemetry.ts";
import { instantSeconds } from "./json-number.ts";

export function groupView({ group, observation, actions, durationMs }: TickReport): GroupView {
  return {
    group: group.name,
    atSeconds: instantSeconds(observation.now),
    leading: observation.leading,
    durationSeconds: seconds(durationMs),
    actions: [...actions],
    failure: null,
  };
}
