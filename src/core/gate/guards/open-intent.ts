import type { FleetKey } from "../../compiled.ts";
import { goesAnyway, isOpen } from "../../intents.ts";
import type { Intent } from "../../observation.ts";
import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

const shrinks = (intent: Intent, fleet: FleetKey): boolean =>
  intent.direction === "In" && intent.fleet === fleet;

/**
 * At most one open intent per pool and direction, none against another under way, and a fleet gives
 * back one rack at a time whatever pool it comes from.
 */
export const openIntentGuard: Guard = {
  name: "open-intent",
  check(proposal, { intents, pool, situation }) {
    const { direction } = proposal;
    const alone = direction === "In" && !goesAnyway(proposal);
    const live = intents.filter(({ phase }) => isOpen(phase));
    const open = live.filter((intent) => intent.pool === pool.name);
    const same =
      open.find((intent) => intent.direction === direction) ??
      live.find((intent) => alone && shrinks(intent, situation.fleet.key));
    if (same !== undefined) return hold(reason("open-intent", `${same.name} is ${same.phase}.`));
    const executing = open.find(({ phase }) => phase === "Executing");
    if (executing === undefined) return PASS;
    return hold(reason("opposite-intent", `${executing.name} is ${executing.phase}.`));
  },
};
