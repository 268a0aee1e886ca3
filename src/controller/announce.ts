/** Events: said when something changes, not every tick. */
import type { CompiledGroup, FleetKey } from "../core/compiled.ts";
import type { Decided } from "../core/decide.ts";
import type { Reason } from "../core/reasons.ts";
import type { ClusterEvent } from "../ports/event-sink.ts";
import type { Ports } from "../ports/ports.ts";
import type { ActionResult } from "../ports/telemetry.ts";

const API_VERSION = "breakwater.dev/v1alpha1";
/** Holds that a person should look at. */
const WARNINGS: ReadonlySet<string> = new Set([
  "signals-untrusted",
  "foreign-write",
  "pool-refused",
  "pool-unknown",
  "not-a-consumer",
  "wrong-node-left",
  "price-unknown",
  "count-conflict",
  "drain-blocked",
  "cache-veto",
]);

export interface Announcement {
  readonly decided: Decided;
  readonly actions: readonly ActionResult[];
  /** What was last said, by subject. */
  readonly before: Readonly<Record<string, string>>;
}

/** @returns what has now been said, by subject */
export async function announce(
  ports: Ports,
  group: CompiledGroup,
  { decided, actions, before }: Announcement,
): Promise<Readonly<Record<string, string>>> {
  const said: Record<string, string> = {};
  for (const { subject, key, event } of sayings(group, decided, actions)) {
    said[subject] = key;
    if (before[subject] !== key) await ports.events.publish(event);
  }
  return said;
}

interface Saying {
  readonly subject: string;
  /** What makes it news: the code, not the numbers in its text. */
  readonly key: string;
  readonly event: ClusterEvent;
}

function sayings(
  group: CompiledGroup,
  { decision }: Decided,
  actions: readonly ActionResult[],
): readonly Saying[] {
  const fleets = decision.fleets.flatMap(({ fleet, outcome, reasons: [first] }) =>
    first === undefined
      ? []
      : aboutFleet(group, fleet, {
          action: outcome === "Hold" ? "Hold" : "Scale",
          reason: first,
          topic: "decision",
        }),
  );
  const pools = decision.pools.flatMap(({ pool, holds: [first] }) =>
    first === undefined ? [] : aboutPool(group, pool, first),
  );
  const progress = decision.progress.flatMap(({ intent, fleet, reason, state }) =>
    state === "Waiting" ? [] : aboutFleet(group, fleet, { action: "Carry", reason, topic: intent }),
  );
  return [...fleets, ...pools, ...progress, ...failures(group, actions, decision)];
}

function failures(
  group: CompiledGroup,
  actions: readonly ActionResult[],
  decision: Decided["decision"],
): readonly Saying[] {
  const [fleet] = decision.fleets;
  if (fleet === undefined) return [];
  return actions
    .filter(({ outcome }) => outcome === "failed" || outcome === "conflict")
    .flatMap(({ intent, kind, detail }) => {
      const why: Reason = { code: "count-conflict", text: `${kind} of ${intent}: ${detail}` };
      return aboutFleet(group, fleet.fleet, {
        action: "Carry",
        reason: why,
        topic: `${intent}/${kind}`,
      });
    });
}

interface Topic {
  readonly action: string;
  readonly reason: Reason;
  readonly topic: string;
}

function aboutFleet(
  group: CompiledGroup,
  key: FleetKey,
  { action, reason, topic }: Topic,
): readonly Saying[] {
  const fleet = group.fleets.find((entry) => entry.key === key);
  if (fleet === undefined) return [];
  const { namespace, name, uid } = fleet;
  const about = { apiVersion: API_VERSION, kind: "InferenceFleet", namespace, name, uid };
  return [saying(`fleet/${key}/${topic}`, about, action, reason)];
}

function aboutPool(group: CompiledGroup, pool: string, why: Reason): readonly Saying[] {
  const found = group.pools.find(({ name }) => name === pool);
  if (found === undefined) return [];
  const about = { apiVersion: API_VERSION, kind: "RackPool", namespace: "", name: pool };
  return [saying(`pool/${pool}`, { ...about, uid: found.uid }, "Hold", why)];
}

const saying = (
  subject: string,
  about: ClusterEvent["about"],
  action: string,
  why: Reason,
): Saying => ({
  subject,
  key: `${action}/${why.code}`,
  event: { about, type: WARNINGS.has(why.code) ? "Warning" : "Normal", action, reason: why },
});
