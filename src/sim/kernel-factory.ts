/** Which kernel runs a fleet: the project's own, or a peer's engine, for comparison. */
import type { ScenarioEngine } from "../config/compiled-scenario.ts";
import type { EngineModel, FleetKernel, KernelOptions } from "./kernel/contract.ts";
import { createFleetKernel } from "./kernel/fleet-kernel.ts";
import { createMockerKernel } from "./mocker/mocker-kernel.ts";
import { MOCKER_LIMITS } from "./mocker/mocker-worker.ts";

export type KernelFactory = (options: KernelOptions) => FleetKernel;

/** Not in the table of profiles: the policy knows nothing of it. */
export const MOCKER_PROFILE = "dynamo-mocker";

type FixedReplicas = NonNullable<ScenarioEngine["fixed"]>;

/** @throws when the peer's engine is asked for without its fixed replicas */
export function kernelFactory(engine: ScenarioEngine): KernelFactory {
  if (engine.profile !== MOCKER_PROFILE) return createFleetKernel;
  const { kvBlocks, blockTokens } = fixedOf(engine);
  const shape = { ...MOCKER_LIMITS, totalBlocks: kvBlocks, blockTokens };
  return ({ sources, objectives, buckets }) =>
    createMockerKernel({ sources, objectives, buckets, shape });
}

/**
 * What can be said of the peer's engine in our terms: its limits. It counts its passes itself.
 * @throws when it is asked for without its fixed replicas
 */
export function mockerEngine(engine: ScenarioEngine): EngineModel {
  const { kvBlocks, blockTokens } = fixedOf(engine);
  return {
    ...MOCKER_LIMITS,
    kvTokens: kvBlocks * blockTokens,
    evictAtLeastTokens: blockTokens,
    iterationSubs: 0,
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
}

function fixedOf({ fixed, profile }: ScenarioEngine): FixedReplicas {
  if (fixed !== null) return fixed;
  throw new Error(`engine ${profile}: found no number of replicas, it runs on no racks`);
}
