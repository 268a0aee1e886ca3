import type { GroupView } from "../../../api/group-view.ts";
import { type Millis, seconds } from "../../../core/units.ts";
import type { TickReport } from "../../../ports/telemetry.ts";
import { instantSeconds } from "./json-number.ts";

/** @param everyMs from one tick to the next; absent: not told */
export function groupView(
  { group, observation, actions, durationMs }: TickReport,
  everyMs?: Millis,
): GroupView {
  return {
    group: group.name,
    atSeconds: instantSeconds(observation.now),
    ...(everyMs !== undefined && { everySeconds: seconds(everyMs) }),
    leading: observation.leading,
    durationSeconds: seconds(durationMs),
    actions: [...actions],
    failure: null,
  };
}
