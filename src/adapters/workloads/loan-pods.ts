/** Which pods are a loan's, and which of them run together or not at all. */
import type { CompiledPool, LoanTerms } from "../../core/compiled.ts";
import type { PodLoan } from "../../core/observation.ts";
import { hasLabels } from "../kubernetes/selector.ts";
import type { KeptPod } from "./decode.ts";

export interface PoolLoan {
  readonly pool: string;
  readonly terms: LoanTerms;
}

export const loansOf = (pools: readonly CompiledPool[]): readonly PoolLoan[] =>
  pools.flatMap(({ name, loan }) => (loan === undefined ? [] : [{ pool: name, terms: loan }]));

/** @returns undefined for a pod of no loan */
export function podLoan(pod: KeptPod, loans: readonly PoolLoan[]): PodLoan | undefined {
  const ours = loans.filter(({ terms }) => hasLabels(pod.labels, terms.podLabels));
  if (ours.length === 0) return undefined;
  const keys = ours.flatMap(({ terms }) => terms.gangKeys);
  const key = keys.find((candidate) => nameIn(pod, candidate) !== undefined);
  const gang = key === undefined ? undefined : nameIn(pod, key);
  return {
    pools: ours.map(({ pool }) => pool),
    ...(gang !== undefined && { gang: `${key}=${gang}` }),
    ...(pod.checkpointAt !== null && { checkpointAt: pod.checkpointAt }),
    ...(!pod.holdsGpus && { light: true as const }),
  };
}

const nameIn = ({ labels, groups }: KeptPod, key: string): string | undefined =>
  labels[key] ?? groups[key];
