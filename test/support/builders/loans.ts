/** Builders of a pool with a loan: four racks that are paid for, two of them lent. */
import type { CompiledGroup, CompiledPool, LoanTerms } from "../../../src/core/compiled.ts";
import type {
  GroupObservation,
  NodeObservation,
  PodObservation,
  RackObservation,
} from "../../../src/core/observation.ts";
import {
  HOUR_MS,
  MINUTE_MS,
  after,
  millis,
  nodeCount,
  rackCount,
} from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { aPool } from "../reports/compiled.ts";
import { aSmallGroup } from "./compiled.ts";
import { NOW, aGroupObservation, aPoolObservation, aRack } from "./observed.ts";

export const FENCE = "breakwater.dev/reclaim";
export const LONG_AGO: EpochMs = after(NOW, millis(-24 * HOUR_MS));

export const someTerms = (changes: Partial<LoanTerms> = {}): LoanTerms => ({
  podLabels: { queue: "training" },
  max: rackCount(2),
  fenceTaint: FENCE,
  graceMs: millis(2 * MINUTE_MS),
  minTenureMs: millis(2 * HOUR_MS),
  gangKeys: ["jobset.sigs.k8s.io/jobset-name"],
  ...changes,
});

/** Racks of two nodes; everything is paid for, and one rack guaranteed. */
export const aLoanPool = (changes: Partial<CompiledPool> = {}): CompiledPool => {
  const pool = aPool();
  return {
    ...pool,
    rack: { ...pool.rack, nodes: nodeCount(2), usableNodes: nodeCount(2) },
    supply: { ...pool.supply, committedRacks: rackCount(4) },
    consumers: pool.consumers.map((one) => ({ ...one, guaranteed: rackCount(1) })),
    loan: someTerms(),
    ...changes,
  };
};

export const aLoanGroup = (
  pool: Partial<CompiledPool> = {},
  fleet: Parameters<typeof aSmallGroup>[0] = {},
): CompiledGroup => aSmallGroup(fleet, aLoanPool(pool));

/** A rack that runs the loan's pods, one a node, all of one gang. */
export function aLentRack(
  id: string,
  {
    gang = id,
    node = { lentAt: LONG_AGO },
    pod = {},
  }: {
    readonly gang?: string | null;
    readonly node?: Partial<NodeObservation>;
    readonly pod?: Partial<PodObservation>;
  } = {},
): RackObservation {
  const loan = { pools: ["gb200-east"], ...(gang !== null && { gang }) };
  return aRack(id, { nodes: 2, pods: 2, node, pod: { fleet: null, loan, ...pod } });
}

export const aFencedRack = (id: string): RackObservation =>
  aRack(id, { nodes: 2, pods: 0, node: { fenced: true } });

/** A fleet's rack, behind the fence. */
export const aServingRack = (id: string): RackObservation =>
  aRack(id, { nodes: 2, pods: 2, node: { fenced: true } });

/** Two racks serve, two are lent. */
export const aLoanWorld = (
  racks: readonly RackObservation[] = [
    aServingRack("rack-0"),
    aServingRack("rack-1"),
    aLentRack("rack-2"),
    aLentRack("rack-3"),
  ],
  changes: Partial<GroupObservation> = {},
): GroupObservation =>
  aGroupObservation({ pools: [aPoolObservation(racks.length, { racks })], ...changes });
