/**
 * Carries out a plan, one idempotent action after another. A failed action ends its intent's chain
 * for this tick; the next tick sees the world and resumes.
 */
import type { CompiledGroup } from "../core/compiled.ts";
import type { Action } from "../core/decision.ts";
import type { Intent } from "../core/observation.ts";
import { reason } from "../core/reasons.ts";
import type { Evidence } from "../ports/decision-store.ts";
import { PortError } from "../ports/errors.ts";
import type { Ports } from "../ports/ports.ts";
import type { ActionResult } from "../ports/telemetry.ts";

export interface Execution {
  readonly group: CompiledGroup;
  readonly intents: readonly Intent[];
  /** What an approver of the intent reads. */
  readonly evidenceFor: (action: Extract<Action, { kind: "OpenIntent" }>) => Evidence;
}

type Outcome = Pick<ActionResult, "outcome" | "detail">;

const APPLIED: Outcome = { outcome: "applied", detail: "" };

/** @returns one result per action, those that were not tried because of an earlier one included */
export async function act(
  plan: readonly Action[],
  ports: Ports,
  execution: Execution,
): Promise<readonly ActionResult[]> {
  const broken = new Map<string, string>();
  const results: ActionResult[] = [];
  for (const action of plan) {
    const intent = action.kind === "OpenIntent" ? action.intent.name : action.intent;
    const before = broken.get(intent);
    const outcome: Outcome =
      before === undefined
        ? await attempt(action, ports, execution)
        : { outcome: "failed", detail: `not tried: ${before}` };
    if (endsChain(outcome)) broken.set(intent, outcome.detail);
    results.push({ kind: action.kind, intent, ...outcome });
    const ending = endOfGrowth(action, outcome, execution);
    if (ending !== null) {
      results.push({ kind: ending.kind, intent, ...(await attempt(ending, ports, execution)) });
    }
  }
  return results;
}

/** Somebody else writes this count: a growth that met them ends; trying again would be a fight. */
function endOfGrowth(
  action: Action,
  { outcome, detail }: Outcome,
  { intents }: Execution,
): Extract<Action, { kind: "SetPhase" }> | null {
  if (action.kind !== "SetCount" || outcome !== "conflict" || action.to < action.from) return null;
  const intent = intents.find(({ name }) => name === action.intent);
  if (intent === undefined) return null;
  return {
    kind: "SetPhase",
    intent: intent.name,
    fleet: intent.fleet,
    phase: "Failed",
    askedRacks: action.to,
    reason: reason("count-conflict", detail),
  };
}

const endsChain = ({ outcome }: Outcome): boolean =>
  outcome === "failed" || outcome === "conflict" || outcome === "fenced";

async function attempt(action: Action, ports: Ports, execution: Execution): Promise<Outcome> {
  if (!ports.lock.mayWrite()) return { outcome: "fenced", detail: "past the lease deadline" };
  try {
    return await perform(action, ports, execution);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const outcome = error.code === "conflict" ? "conflict" : "failed";
    return { outcome, detail: `${error.code}: ${error.message}` };
  }
}

async function perform(action: Action, ports: Ports, execution: Execution): Promise<Outcome> {
  switch (action.kind) {
    case "OpenIntent":
      await ports.decisions.open(action, execution.evidenceFor(action));
      return APPLIED;
    case "SetPhase":
      await ports.decisions.setPhase(action);
      return APPLIED;
    case "SetCount":
      return setCount(action, ports, execution.group);
    case "Cordon":
      await ports.nodes.cordon(action.nodes);
      return APPLIED;
    case "Uncordon":
      return giveBack(action, ports, execution.group);
    case "Evict":
      return evict(action, ports);
    case "Fence":
      await ports.nodes.fence(action.nodes, action.taint);
      return APPLIED;
    case "Unfence":
      await ports.nodes.unfence(action.nodes, action.taint, action.at);
      return APPLIED;
    case "SetReplicas":
      return setReplicas(action, ports);
    case "MarkPods":
      await ports.workloads.mark(action.pods, action.marked);
      return APPLIED;
    case "Eject":
      await ports.workloads.eject(action.pods, action.at);
      return APPLIED;
    case "Readmit":
      await ports.workloads.readmit(action.pods);
      return APPLIED;
  }
}

/** The nodes take pods again, and nothing marks them as the first to go. */
async function giveBack(
  { nodes, pool: name }: Extract<Action, { kind: "Cordon" | "Uncordon" }>,
  ports: Ports,
  group: CompiledGroup,
): Promise<Outcome> {
  const pool = group.pools.find((candidate) => candidate.name === name);
  if (pool !== undefined) await ports.backends[pool.backend.kind]?.spare(pool, nodes);
  await ports.nodes.uncordon(nodes);
  return APPLIED;
}

async function setCount(
  action: Extract<Action, { kind: "SetCount" }>,
  ports: Ports,
  group: CompiledGroup,
): Promise<Outcome> {
  const pool = group.pools.find(({ name }) => name === action.pool);
  const backend = pool && ports.backends[pool.backend.kind];
  if (pool === undefined || backend === undefined) {
    return { outcome: "failed", detail: `no backend for pool ${action.pool}` };
  }
  const { uid, from, to, objects, victims, intent: decision } = action;
  const written = await backend.write(pool, {
    uid,
    from,
    to,
    decision,
    ...(objects !== undefined && { objects }),
    ...(victims !== undefined && { victims }),
  });
  if (written.kind === "Conflict") return { outcome: "conflict", detail: written.found };
  return written.kind === "Written" ? APPLIED : { outcome: "unchanged", detail: "" };
}

async function setReplicas(
  { object, uid, changes }: Extract<Action, { kind: "SetReplicas" }>,
  ports: Ports,
): Promise<Outcome> {
  const written = await ports.workloads.scale({ object, uid, changes });
  if (written.kind === "Conflict") return { outcome: "conflict", detail: written.found };
  return written.kind === "Written" ? APPLIED : { outcome: "unchanged", detail: "" };
}

/** Evicts in order; the first pod a budget protects ends this tick's round. */
async function evict(
  { pods, graceMs, together }: Extract<Action, { kind: "Evict" }>,
  ports: Ports,
): Promise<Outcome> {
  const refused = together === true ? await ports.workloads.blockedTogether(pods) : null;
  if (refused !== null) return { outcome: "blocked", detail: refused };
  for (const pod of pods) {
    if (!ports.lock.mayWrite()) return { outcome: "fenced", detail: "past the lease deadline" };
    const outcome = await ports.workloads.evict(pod, graceMs);
    if (outcome.kind === "Blocked") {
      return { outcome: "blocked", detail: `${pod.namespace}/${pod.name}: ${outcome.message}` };
    }
  }
  return APPLIED;
}
