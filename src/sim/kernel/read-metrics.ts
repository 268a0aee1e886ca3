import type { ReplicaMetrics } from "./contract.ts";
import type { FleetState } from "./fleet-state.ts";
import {
  CACHED_TOKENS,
  FINISHED,
  FIRST_TOKENS,
  GENERATED_TOKENS,
  HOST_CACHED_TOKENS,
  PREEMPTIONS,
  PROMPT_TOKENS,
  QUEUE_LENGTH,
  REPLICA_SHIFT,
  RUNNERS,
  STORE_CACHED_TOKENS,
} from "./replicas.ts";

/** @returns what a replica's endpoint shows; its counters have been brought to now. */
export function readMetrics(state: FleetState, replica: number): ReplicaMetrics {
  const { caches, replicas } = state;
  const { itl, ttft, words } = replicas;
  const at = replica << REPLICA_SHIFT;
  return {
    running: words[at + RUNNERS]!,
    waiting: words[at + QUEUE_LENGTH]!,
    pinnedTokens: caches.pinnedTokens(replica) + caches.privateTokens(replica),
    promptTokens: words[at + PROMPT_TOKENS]!,
    cachedTokens: words[at + CACHED_TOKENS]!,
    hostCachedTokens: words[at + HOST_CACHED_TOKENS]!,
    storeCachedTokens: words[at + STORE_CACHED_TOKENS]!,
    generatedTokens: words[at + GENERATED_TOKENS]!,
    firstTokens: words[at + FIRST_TOKENS]!,
    finishedTurns: words[at + FINISHED]!,
    preemptions: words[at + PREEMPTIONS]!,
    evictedTokens: caches.evictedTokens(replica),
    ttftBuckets: ttft.cumulative(replica),
    ttftSumSeconds: ttft.sumSeconds(replica),
    itlBuckets: itl.cumulative(replica),
    itlSumSeconds: itl.sumSeconds(replica),
  };
}
