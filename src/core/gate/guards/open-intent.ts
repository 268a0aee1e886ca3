import type { Intent } from "../../observation.ts";
import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

const OPEN: readonly Intent["phase"][] = ["Pending", "Approved", "Executing"];

/** At most one open intent per pool and direction, and none against another under way. */
export const openIntentGuard: Guard = {
  name: "open-intent",
  check({ direction }, { intents, pool }) {
    const open = intents.filter(
      (intent) => intent.pool === pool.name && OPEN.includes(intent.phase),
    );
    const same = open.find((intent) => intent.direction === direction);
    if (same !== undefined) return hold(reason("open-intent", `${same.name} is ${same.phase}.`));
    const executing = open.find(({ phase }) => phase === "Executing");
    if (executing === undefined) return PASS;
    return hold(reason("opposite-intent", `${executing.name} is ${executing.phase}.`));
  },
};
