import type { Intent, PoolCount, PoolMember } from "../observation.ts";
import { reason } from "../reasons.ts";
import type { RackCount } from "../units.ts";
import { namedMembers, racksOnTheWay } from "./members.ts";
import type { WorkflowStep } from "./workflow-step.ts";

/**
 * The next step of a growth: at `from` write the count, at `to` done, anything else is somebody
 * else's doing. Of an object set the named objects are asked: a growth that got through to some of
 * them goes on with the rest.
 * @param asked the `to` fixed when execution started
 */
export function outStep(intent: Intent, count: PoolCount | null, asked: RackCount): WorkflowStep {
  if (count === null) return { kind: "Wait", reason: reason("pool-unknown") };
  if (intent.objects !== undefined || count.members !== undefined) {
    return setStep(intent, count, asked);
  }
  if (count.desired === asked) return done(intent, asked);
  if (count.desired !== intent.fromRacks) {
    return fail(`Found ${count.desired}, expected ${intent.fromRacks} or ${asked}.`);
  }
  return write(intent, count, asked);
}

/** Fewer racks than consented to go to the first of the named objects. */
function setStep(intent: Intent, count: PoolCount, asked: RackCount): WorkflowStep {
  const members: readonly PoolMember[] = count.members ?? [];
  const racks = asked - intent.fromRacks;
  const objects = (intent.objects ?? []).slice(0, racks);
  if (objects.length < racks) {
    return fail(`${intent.name} names ${objects.length} objects, expected ${racks}.`);
  }
  const named = namedMembers(objects, members, 1);
  if (named.vanished.length > 0) return fail(`${named.vanished.join(", ")} left the set.`);
  if (named.changed.length === racks) return done(intent, asked);
  const expected = racksOnTheWay(intent, named);
  if (count.desired !== expected) return fail(`Found ${count.desired}, expected ${expected}.`);
  return write(intent, count, asked, objects);
}

const done = ({ pool }: Intent, asked: RackCount): WorkflowStep => ({
  kind: "Done",
  reason: reason("count-written", `${pool} asks for ${asked}.`),
});

const fail = (found: string): WorkflowStep => ({
  kind: "Fail",
  restore: [],
  reason: reason("count-conflict", found),
});

function write(
  intent: Intent,
  { uid }: PoolCount,
  to: RackCount,
  objects?: readonly string[],
): WorkflowStep {
  const from = intent.fromRacks;
  const which = objects === undefined ? "" : ` By ${objects.join(", ")}.`;
  const why = reason(intent.reason.code, `${from} → ${to} racks.${which}`);
  const change = { uid, from, to, ...(objects !== undefined && { objects }), reason: why };
  const action = { kind: "SetCount" as const, intent: intent.name, pool: intent.pool, ...change };
  return { kind: "Act", reason: why, actions: [action] };
}
