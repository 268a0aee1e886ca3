/** What nodes say of a loan: they bear its fence, or the mark that they are lent, or neither. */
import type { LoanTerms } from "../compiled.ts";
import type { NodeObservation, RackObservation } from "../observation.ts";
import { after } from "../units.ts";
import type { EpochMs } from "../units.ts";

type Nodes = readonly NodeObservation[];

/** @returns whether the loan may use any node of the rack */
export const isLent = ({ nodes }: Pick<RackObservation, "nodes">): boolean =>
  nodes.some(({ lentAt }) => lentAt !== undefined);

export const unfenced = (nodes: Nodes): Nodes => nodes.filter(({ fenced }) => fenced !== true);

/** @returns until when the rack is left to the loan; null for one that it was not lent */
export function tenureEnd(
  { nodes }: Pick<RackObservation, "nodes">,
  { minTenureMs }: Pick<LoanTerms, "minTenureMs">,
): EpochMs | null {
  const [latest] = nodes.flatMap(({ lentAt }) => lentAt ?? []).toSorted((a, b) => b - a);
  return latest === undefined ? null : after(latest, minTenureMs);
}
