/** Racks that take longer in a step than 99 % of racks do, and what they wait for. */
import type { Spread } from "../compiled.ts";
import type { AwaitedRack, RackStep, RackSummary, StuckStep } from "../decision.ts";
import type { RackOrder, RackSeen } from "../memory.ts";
import type { NodeObservation, PoolCount, RackObservation } from "../observation.ts";
import { elapsed, epochMs } from "../units.ts";
import type { EpochMs } from "../units.ts";
import { UNLABELLED } from "./inventory.ts";
import { sumOfSteps } from "./lead-time.ts";
import type { KnownPool } from "./lead-time.ts";
import { p99Ms } from "./step-time.ts";
import { bootedAt, isUsable } from "./usable-nodes.ts";

/** Names in a sentence; the list beside it has them all. */
const NAMED_MAX = 4;

export interface StuckView {
  readonly now: EpochMs;
  readonly known: KnownPool;
}

/** Where a rack stands: its step, since when, and what it lacks. */
interface Standing extends Pick<StuckStep, "step" | "nodes" | "text"> {
  readonly since: EpochMs;
  readonly spread: Spread;
}

/** @returns the step that the rack is stuck in; undefined while it is in time, or in none */
export function stuckStep(
  rack: RackObservation,
  { phase, fleet }: RackSummary,
  seen: RackSeen | undefined,
  view: StuckView,
): StuckStep | undefined {
  if (rack.id === UNLABELLED) return judged(unlabelled(rack, view), view.now);
  if (phase === "Joining") return judged(joining(rack, seen, view), view.now);
  const since = seen?.since ?? view.now;
  const { repair, starts } = view.known.times;
  if (phase === "Repairing") {
    return judged({ step: "repair", spread: repair, since, ...lacking(rack, view) }, view.now);
  }
  const spread = phase === "Starting" && fleet !== null ? starts[fleet] : undefined;
  if (spread === undefined) return undefined;
  return judged({ step: "start", spread, since, ...unready(rack) }, view.now);
}

function judged(
  { step, spread, since, nodes, text }: Standing,
  now: EpochMs,
): StuckStep | undefined {
  const limit = p99Ms(spread);
  const waitedMs = elapsed(since, now);
  return waitedMs > limit ? { step, waitedMs, p99Ms: limit, nodes, text } : undefined;
}

/** Until enough nodes have registered the rack boots; from then on it joins. */
function joining(rack: RackObservation, seen: RackSeen | undefined, view: StuckView): Standing {
  const { known, now } = view;
  const { nodes, usableNodes } = known.pool.rack;
  const booted = bootedAt(rack, known.pool);
  const since = seen?.since ?? now;
  if (booted !== null) {
    const joinedSince = booted > since ? booted : since;
    return { step: "join", spread: known.times.join, since: joinedSince, ...lacking(rack, view) };
  }
  const text =
    `${rack.nodes.length} of ${nodes} nodes have registered, ${usableNodes} make a rack; ` +
    "the others do not exist yet";
  const names = rack.nodes.map(({ name }) => name);
  const order = seen?.order;
  const began = order === undefined ? { since, spread: known.times.boot } : bootOf(order, known);
  return { step: "boot", nodes: names, text, ...began };
}

/** Where the object does not show the grant, the time for it is part of the wait. */
function bootOf(
  order: RackOrder,
  { times: { grant, boot } }: KnownPool,
): Pick<Standing, "since" | "spread"> {
  if (order.grantedAt !== undefined) return { since: order.grantedAt, spread: boot };
  return { since: order.at, spread: sumOfSteps([grant, boot]) };
}

/** Runtime labels come when the whole fabric is up: the wait is from the last to register. */
function unlabelled({ nodes: waiting }: RackObservation, { known }: StuckView): Standing {
  const spread = known.times.join;
  const since = epochMs(Math.max(...waiting.map(({ createdAt }) => createdAt)));
  const nodes = waiting.map(({ name }) => name);
  const keys = known.pool.rack.domainKeys.join(", ");
  return { step: "join", spread, since, nodes, text: `no label ${keys}: ${named(nodes)}` };
}

function lacking(rack: RackObservation, { known }: StuckView): Pick<Standing, "nodes" | "text"> {
  const bad = rack.nodes.filter((node) => !isUsable(node, known.pool));
  const complaints = [
    complaint(
      "not Ready",
      bad.filter(({ ready }) => !ready),
    ),
    complaint(
      "fenced",
      bad.filter(({ ready, fencedBy }) => ready && fencedBy !== undefined),
    ),
    complaint(
      "lack GPUs",
      bad.filter(({ ready, fencedBy }) => ready && fencedBy === undefined),
    ),
  ].flat();
  const missing = known.pool.rack.nodes - rack.nodes.length;
  const text = [...complaints, ...(missing > 0 ? [`${missing} nodes are missing`] : [])].join("; ");
  return { nodes: bad.map(({ name }) => name), text };
}

const complaint = (what: string, nodes: readonly NodeObservation[]): readonly string[] =>
  nodes.length === 0 ? [] : [`${what}: ${named(nodes.map(({ name }) => name))}`];

function unready({ pods }: RackObservation): Pick<Standing, "nodes" | "text"> {
  const waiting = pods.filter(({ fleet, ready }) => fleet !== null && !ready);
  const names = waiting.map(({ namespace, name }) => `${namespace}/${name}`);
  const nodes = [...new Set(waiting.map(({ node }) => node))].toSorted();
  return { nodes, text: `pods not ready: ${named(names)}` };
}

function named(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  const shown = names.slice(0, NAMED_MAX).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** @returns the racks that were asked for and have no node yet, with how long they wait */
export function awaitedRacks(
  orders: readonly RackOrder[],
  count: PoolCount,
  { known, now }: StuckView,
): readonly AwaitedRack[] {
  const refused = count.stock === "stockout" || count.stock === "quota";
  const unsaid = count.granted === undefined && !refused;
  return orders.map((order) => {
    const granted = order.grantedAt !== undefined;
    const phase = granted || unsaid ? "Provisioning" : "Requested";
    const step: RackStep = phase === "Requested" ? "grant" : "boot";
    const wait =
      step === "grant" ? { since: order.at, spread: known.times.grant } : bootOf(order, known);
    const text = step === "grant" ? `granted to nobody yet, stock: ${count.stock}` : "no node yet";
    const stuck = judged({ step, nodes: [], text, ...wait }, now);
    const waitedMs = elapsed(wait.since, now);
    return stuck === undefined ? { phase, waitedMs } : { phase, waitedMs, stuck };
  });
}
