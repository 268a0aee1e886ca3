import type { EngineModel, KernelOptions } from "../../../src/sim/kernel/contract.ts";
import { SUBS_PER_NS } from "../../../src/sim/kernel/contract.ts";
import type { SessionSource } from "../../../src/traces/turn-templates.ts";

/** An engine whose iterations take 1,000 ns, whatever they do, and that has room for everything. */
const PLAIN_ENGINE: EngineModel = {
  budgetTokens: 1_000,
  maxSequences: 100,
  kvTokens: 1_000_000,
  evictAtLeastTokens: 0,
  iterationSubs: 1_000 * SUBS_PER_NS,
  prefillTokenSubs: 0,
  prefillPairSubs: 0,
  decodeSequenceSubs: 0,
  decodeContextSubs: 0,
  overheadNs: 0,
  cacheOutputs: true,
  transferNs: 0,
  transferTokenSubs: 0,
  host: null,
};

/** @returns a fleet with a plain engine, one router by load and clients that wait for ever */
export function optionsWith(
  sources: readonly SessionSource[],
  edits: Partial<Omit<KernelOptions, "engine">> & { readonly engine?: Partial<EngineModel> } = {},
): KernelOptions {
  return {
    router: { kind: "least-loaded", lagNs: 0, guard: 1.25 },
    clients: {
      timeoutNs: Infinity,
      retries: 0,
      retryBackoffNs: 0,
      abandonAfterNs: Infinity,
    },
    objectives: [],
    sources,
    buckets: { ttft: [], itl: [] },
    random: () => 0.5,
    ...edits,
    engine: { ...PLAIN_ENGINE, ...edits.engine },
  };
}
