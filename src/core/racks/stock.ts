/** What a provider's message says about why a rack does not come. */

/**
 * `stockout`: none is free. `quota`: the account may not have more. `reservation`: what was
 * reserved is missing, not ready or used up. `permission`: the provider's own credentials do not
 * suffice. `other`: an error that is none of these.
 */
export type StockProblem = "stockout" | "quota" | "reservation" | "permission" | "other";

interface Known {
  readonly problem: StockProblem;
  readonly patterns: readonly RegExp[];
}

/**
 * Codes of GCE and AWS as the cluster autoscaler knows them (cloudprovider/gce/
 * autoscaling_gce_client.go, cloudprovider/aws/aws_cloud_provider.go), of Karpenter's NodeClaims,
 * CoreWeave's events, Azure Compute's allocation errors and OCI's, written in one word or several;
 * Kubernetes' own quota, which refuses with the word forbidden; the gRPC code and the status of
 * Machines by which Gardener and OpenShift say that there is nothing to be had.
 * The first that matches counts: a reservation that is full is no stock-out, and a message about
 * quota often speaks of capacity too.
 */
const KNOWN: readonly Known[] = [
  { problem: "quota", patterns: [/exceeded quota/i] },
  {
    problem: "permission",
    patterns: [
      /permission[_\s-]*denied|permissions?[_\s-]*error|access[_\s-]*denied|lacks? permission/i,
      /unauthorized|not[_\s]*authorized|authorization[_\s-]*failed|forbidden/i,
    ],
  },
  {
    problem: "reservation",
    patterns: [
      /reservation[_\s-]*(not[_\s-]*(ready|found)|capacity[_\s-]*exceeded|incompatible)/i,
      /(invalid|incompatible|expired|inactive)[_\s-]*(capacity[_\s-]*)?(reservation|block)/i,
      /capacity[_\s-]*(reservation|block)\S*\s.*(not|no longer|isn't|fully)/i,
    ],
  },
  { problem: "quota", patterns: [/quota|(limit|count)[_\s-]*exceeded/i] },
  {
    problem: "stockout",
    patterns: [
      /resource[_\s-]*pool[_\s-]*exhausted|does not have enough resources/i,
      /insufficient\w*[_\s-]*capacity|capacity[_\s-]*(not available|unavailable)/i,
      /insufficient[_\s-]*resources|resource[_\s-]*exhausted/i,
      /stock[_\s-]*out|out of (host )?capacity|placeholder-cannot-be-fulfilled/i,
      /allocation[_\s-]*failed|overconstrained\w*allocation|sku[_\s-]*not[_\s-]*available/i,
    ],
  },
  { problem: "other", patterns: [/error|fail|invalid|denied|unable|cannot|could not|exhausted/i] },
];

/** @returns the problem that a condition or status message names; null when it names none */
export function classifyStock(text: string): StockProblem | null {
  const named = ({ patterns }: Known) => patterns.some((pattern) => pattern.test(text));
  return KNOWN.find(named)?.problem ?? null;
}
