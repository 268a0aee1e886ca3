/** What nodes say of a loan: they bear its fence, or the mark that they are lent, or neither. */
import type { LoanTerms } from "../compiled.ts";
import type { RackSummary } from "../decision.ts";
import type { Intent, NodeObservation, RackObservation } from "../observation.ts";
import { after } from "../units.ts";
import type { EpochMs } from "../units.ts";

/**
 * On every node on loan, so that fleets' pods can keep away by node affinity: its value is the
 * instant in milliseconds since when, as a label's value has no room for colons.
 */
export const LENT_LABEL = "breakwater.dev/lent-at";

type Nodes = readonly NodeObservation[];

/** @returns whether the loan may use any node of the rack */
export const isLent = ({ nodes }: Pick<RackObservation, "nodes">): boolean =>
  nodes.some(({ lentAt }) => lentAt !== undefined);

/** @returns the racks that the loan has */
export const lentIds = (summaries: readonly RackSummary[]): readonly string[] =>
  summaries.filter(({ phase }) => phase === "Loaned").map(({ id }) => id);

/** @returns whether a decision to lend the rack is under way: it unfences node by node */
export const isHandedOver = (
  { id }: Pick<RackObservation, "id">,
  pool: string,
  intents: readonly Intent[],
): boolean =>
  intents.some(
    (intent) =>
      intent.direction === "Lend" &&
      intent.phase === "Executing" &&
      intent.pool === pool &&
      intent.rack === id,
  );

export const unfenced = (nodes: Nodes): Nodes => nodes.filter(({ fenced }) => fenced !== true);

/** @returns until when the rack is left to the loan; null for one that it was not lent */
export function tenureEnd(
  { nodes }: Pick<RackObservation, "nodes">,
  { minTenureMs }: Pick<LoanTerms, "minTenureMs">,
): EpochMs | null {
  const [latest] = nodes.flatMap(({ lentAt }) => lentAt ?? []).toSorted((a, b) => b - a);
  return latest === undefined ? null : after(latest, minTenureMs);
}
