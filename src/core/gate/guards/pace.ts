import { isOpen, isScaleIn } from "../../intents.ts";
import type { Intent } from "../../observation.ts";
import { reason } from "../../reasons.ts";
import { MINUTE_MS, elapsed, millis, seconds } from "../../units.ts";
import { refusal } from "../approval.ts";
import { PASS, hold } from "../guard.ts";
import type { GateContext, Guard, Verdict } from "../guard.ts";

/**
 * The caches of the racks that stay fill up again before the next rack goes. Ten minutes: the dip
 * after a scale-in lasts 30-60 s, the rest is judgement.
 */
const APART_MS = millis(10 * MINUTE_MS);

/**
 * A fleet gives racks back one at a time, and not in quick succession; after a person's no not
 * until that decision is no longer listed, an hour after it was closed.
 */
export const paceGuard: Guard = {
  name: "pace",
  check: ({ direction }, context) =>
    direction === "Out" ? PASS : (refused(context) ?? apart(context)),
};

function refused({ intents, situation }: GateContext): Verdict | null {
  const found = intents.find(
    (intent) =>
      isScaleIn(intent.direction) &&
      intent.fleet === situation.fleet.key &&
      !isOpen(intent.phase) &&
      refusal(intent) !== null,
  );
  const why = found === undefined ? null : refusal(found);
  return found === undefined || why === null
    ? null
    : hold(reason("rejected", `${found.name}: ${why.text} Asked again an hour after that.`));
}

function apart({ intents, situation }: GateContext): Verdict {
  const { now, fleet } = situation;
  const given = (intent: Intent): boolean =>
    isScaleIn(intent.direction) && intent.phase === "Done" && intent.fleet === fleet.key;
  const agoMs = Math.min(...intents.filter(given).map(({ createdAt }) => elapsed(createdAt, now)));
  if (agoMs >= APART_MS) return PASS;
  const found = `The last was begun ${seconds(millis(agoMs))} s ago, ${seconds(APART_MS)} s apart.`;
  return hold(reason("drain-pace", found));
}
