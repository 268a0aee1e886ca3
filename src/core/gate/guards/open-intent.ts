import type { FleetKey } from "../../compiled.ts";
import { goesAnyway, isOpen, isScaleIn } from "../../intents.ts";
import type { Intent } from "../../observation.ts";
import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard, Proposal } from "../guard.ts";

const shrinks = (intent: Intent, fleet: FleetKey): boolean =>
  isScaleIn(intent.direction) && intent.fleet === fleet;

/** Racks are called back one by one, and beside racks that are bought. */
const stands = (intent: Intent, { direction, loan, move }: Proposal): boolean => {
  const moves = intent.direction === "Move";
  if (move !== undefined) return moves;
  if (direction === "In") return isScaleIn(intent.direction) && !moves;
  return loan === undefined && intent.direction === "Out";
};
/** A move is in the way of no growth: it leaves the count, and may take as long as a drain. */
const opposes = (intent: Intent, { direction }: Proposal): boolean =>
  intent.phase === "Executing" &&
  (direction === "In" || (isScaleIn(intent.direction) && intent.direction !== "Move"));

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
      open.find((intent) => stands(intent, proposal)) ??
      live.find((intent) => alone && shrinks(intent, situation.fleet.key));
    if (same !== undefined) return hold(reason("open-intent", `${same.name} is ${same.phase}.`));
    const executing = open.find((intent) => opposes(intent, proposal));
    if (executing === undefined) return PASS;
    return hold(reason("opposite-intent", `${executing.name} is ${executing.phase}.`));
  },
};
