/**
 * Decisions whose RackPool was deleted belong to no group, so no tick of one would ever end them:
 * they are cancelled, and what a drain did to nodes and pods is undone.
 */
import type { Action } from "../core/decision.ts";
import { isOpen } from "../core/intents.ts";
import { isEjected, podRefs } from "../core/racks/draining.ts";
import type { Intent } from "../core/observation.ts";
import { reason } from "../core/reasons.ts";
import type { Ports } from "../ports/ports.ts";
import { act } from "./act.ts";
import { NO_EVIDENCE, NO_GROUP } from "./no-group.ts";
import type { World } from "./observe.ts";

/** A pool that is there and cannot be compiled keeps its decisions: a person is to mend it. */
export async function closeAbandoned(ports: Ports, world: World): Promise<void> {
  const { pools, broken } = world.desired;
  const kept = new Set([
    ...pools.map(({ name }) => name),
    ...broken.flatMap(({ kind, name }) => (kind === "RackPool" ? [name] : [])),
  ]);
  const abandoned = world.intents.filter(({ phase, pool }) => isOpen(phase) && !kept.has(pool));
  for (const intent of abandoned) {
    const plan = await closing(intent, ports, world);
    await act(plan, ports, {
      group: NO_GROUP,
      intents: abandoned,
      evidenceFor: () => NO_EVIDENCE,
    });
  }
}

async function closing(
  intent: Intent,
  ports: Ports,
  { workloads }: World,
): Promise<readonly Action[]> {
  const { name, fleet, pool, askedRacks } = intent;
  const why = reason("pool-gone", `${pool}.`);
  const nodes = await ports.nodes.withUids(intent.victimNodeUids);
  const names = new Set(nodes.map((node) => node.name));
  const pods = podRefs(workloads.pods.filter((pod) => names.has(pod.node) && isEjected(pod)));
  const of = { intent: name, reason: why };
  return [
    ...(pods.length === 0 ? [] : [{ kind: "Readmit" as const, ...of, fleet, pods }]),
    ...(nodes.length === 0 ? [] : [{ kind: "Uncordon" as const, ...of, pool, nodes }]),
    { kind: "SetPhase" as const, ...of, fleet, phase: "Cancelled" as const, askedRacks },
  ];
}
