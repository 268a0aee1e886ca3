/** Events: said when something changes, not every tick. */
import type { CompiledGroup, FleetKey } from "../core/compiled.ts";
import type { Decided } from "../core/decide.ts";
import type { Action } from "../core/decision.ts";
import { reason } from "../core/reasons.ts";
import type { Reason } from "../core/reasons.ts";
import { instantText } from "../core/supply/instant.ts";
import type { ClusterEvent } from "../ports/event-sink.ts";
import type { Ports } from "../ports/ports.ts";
import type { ActionResult } from "../ports/telemetry.ts";

const API_VERSION = "breakwater.dev/v1alpha1";
/** Holds that a person should look at. */
const WARNINGS: ReadonlySet<string> = new Set([
  "break-glass",
  "signals-untrusted",
  "foreign-write",
  "pool-refused",
  "pool-unknown",
  "workload-unknown",
  "workload-owned",
  "drain-shuffle",
  "not-a-consumer",
  "wrong-node-left",
  "price-unknown",
  "count-conflict",
  "action-failed",
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
    const last = before[subject];
    const silent = last === key || !ports.lock.mayWrite();
    if (!silent) await ports.events.publish(event);
    const now = silent ? last : key;
    if (now !== undefined) said[subject] = now;
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
  const glass = decision.fleets.flatMap(({ fleet, reasons }) =>
    reasons
      .filter(({ code }) => code === "break-glass")
      .flatMap((why) =>
        aboutFleet(group, fleet, { action: "Override", reason: why, topic: "glass" }),
      ),
  );
  const pools = decision.pools.flatMap(({ pool, holds: [first] }) =>
    first === undefined ? [] : aboutPool(group, pool, first),
  );
  const progress = decision.progress.flatMap(({ intent, fleet, reason, state }) =>
    state === "Waiting"
      ? []
      : aboutFleet(group, fleet, { action: "Carry", reason, topic: intent, decision: intent }),
  );
  const asked = decision.plan.flatMap((action) => questions(group, action));
  return [
    ...fleets,
    ...glass,
    ...pools,
    ...asked,
    ...progress,
    ...failures(group, actions, decision),
  ];
}

/** Said when a decision is opened that waits for people: who is to answer, by when, and how. */
function questions(group: CompiledGroup, action: Action): readonly Saying[] {
  if (action.kind !== "OpenIntent" || action.intent.requiredApprovals === 0) return [];
  const { name, fleet, requiredApprovals, expiresAt, onExpiry } = action.intent;
  const [namespace = ""] = fleet.split("/");
  const silence = onExpiry === "Proceed" ? "it goes ahead" : "it is dropped";
  const why = reason(
    "awaiting-approval",
    `${name}: ${action.reason.text} ${requiredApprovals} needed; unanswered, ${silence} at ` +
      `${instantText(expiresAt)}. kubectl breakwater approve ${name} -n ${namespace} --reason …`,
  );
  return aboutFleet(group, fleet, {
    action: "Ask",
    reason: why,
    topic: `ask/${name}`,
    decision: name,
  });
}

function failures(
  group: CompiledGroup,
  actions: readonly ActionResult[],
  decision: Decided["decision"],
): readonly Saying[] {
  return actions.flatMap((result) => {
    const why = whyNotDone(result);
    const fleet = fleetOf(result.intent, decision);
    if (why === null || fleet === null) return [];
    const topic = `${result.intent}/${result.kind}`;
    return aboutFleet(group, fleet, {
      action: "Carry",
      reason: why,
      topic,
      decision: result.intent,
    });
  });
}

function whyNotDone({ kind, intent, outcome, detail }: ActionResult): Reason | null {
  const found = `${kind} of ${intent}: ${detail}.`;
  if (outcome === "blocked") return reason("drain-blocked", found);
  if (outcome === "conflict" && kind === "SetCount") return reason("count-conflict", found);
  return outcome === "failed" || outcome === "conflict" ? reason("action-failed", found) : null;
}

/** @returns the fleet that an intent of this tick is about */
function fleetOf(intent: string, { progress, plan }: Decided["decision"]): FleetKey | null {
  const opened = plan.find(
    (action) => action.kind === "OpenIntent" && action.intent.name === intent,
  );
  if (opened?.kind === "OpenIntent") return opened.intent.fleet;
  const sized = plan.find((action) => action.kind !== "OpenIntent" && action.intent === intent);
  if (sized?.kind === "SetReplicas" || sized?.kind === "MarkPods") return sized.fleet;
  return progress.find((entry) => entry.intent === intent)?.fleet ?? null;
}

interface Topic {
  readonly action: string;
  readonly reason: Reason;
  readonly topic: string;
  readonly decision?: string;
}

function aboutFleet(
  group: CompiledGroup,
  key: FleetKey,
  { topic, ...rest }: Topic,
): readonly Saying[] {
  const fleet = group.fleets.find((entry) => entry.key === key);
  if (fleet === undefined) return [];
  const { namespace, name, uid } = fleet;
  const about = { apiVersion: API_VERSION, kind: "InferenceFleet", namespace, name, uid };
  return [saying(`fleet/${key}/${topic}`, about, rest)];
}

function aboutPool(group: CompiledGroup, pool: string, why: Reason): readonly Saying[] {
  const found = group.pools.find(({ name }) => name === pool);
  if (found === undefined) return [];
  const about = { apiVersion: API_VERSION, kind: "RackPool", namespace: "", name: pool };
  return [saying(`pool/${pool}`, { ...about, uid: found.uid }, { action: "Hold", reason: why })];
}

const saying = (
  subject: string,
  about: ClusterEvent["about"],
  said: Omit<Topic, "topic">,
): Saying => ({
  subject,
  key: `${said.action}/${said.reason.code}`,
  event: { about, type: WARNINGS.has(said.reason.code) ? "Warning" : "Normal", ...said },
});
