/** What a fleet of a scenario asks of its kernel. */
import type { CompiledFleet, Role } from "../core/compiled.ts";
import { ENGINE_PROFILES } from "../core/profiles/engine-profiles.ts";
import { VLLM_BUCKETS_SECONDS } from "../core/profiles/vllm.ts";
import { SECOND_MS } from "../core/units.ts";
import { drawPerturbation, engineModel, hostTier, sharedStore } from "./engine-model.ts";
import type { FleetWorldOptions } from "./fleet-options.ts";
import { MOCKER_PROFILE, mockerEngine } from "./kernel-factory.ts";
import type { ClientModel, EngineModel, KernelOptions, RouterModel } from "./kernel/contract.ts";
import { SLICE_NS } from "./kernel/contract.ts";
import { RandomStream } from "./random.ts";

/** Replicas above 1.25 x the mean load are passed over: what the policy's prior was fitted with. */
const ROUTER_GUARD = 1.25;
/** Clients wait this long before their first retry: a common default of SDKs. */
const RETRY_BACKOFF_MS = SECOND_MS;
/** Tokens of a block where there is no traffic to say: vLLM's default. */
const BLOCK_TOKENS = 16;

export interface KernelModel {
  readonly model: KernelOptions;
  readonly blockTokens: number;
}

/** @throws when the profile is not in the table, or blocks of two sources differ in size */
export function kernelOptions(options: FleetWorldOptions): KernelModel {
  const { fleet, router, clients, sources, seed, beganAt, startsAt, onTurn } = options;
  const blockTokens = blockOf(options);
  const model: KernelOptions = {
    ...enginesOf(options, blockTokens),
    ...storeOf(options),
    router: routerModel(router),
    clients: clientModel(clients),
    objectives: fleet.objectives.map(({ metric, thresholdMs }) => ({
      metric,
      thresholdNs: thresholdMs * 1e6,
    })),
    sources,
    buckets: { ttft: VLLM_BUCKETS_SECONDS.TTFT, itl: VLLM_BUCKETS_SECONDS.ITL },
    random: uniformOf(new RandomStream(seed, `router/${fleet.key}`)),
    resultsFromNs: sliceOf((startsAt - beganAt) * 1e6),
    ...(onTurn === undefined ? {} : { onTurn }),
  };
  return { model, blockTokens };
}

function routerModel(router: FleetWorldOptions["router"]): RouterModel {
  const { kind, lagMs, guard, index = false } = router;
  const usual = { kind, lagNs: lagMs * 1e6, guard: guard?.factor ?? ROUTER_GUARD };
  const model = index ? { ...usual, index } : usual;
  if (guard?.decayed === undefined) return model;
  const { decayMs, slackTokens } = guard.decayed;
  return { ...model, decay: { decayNs: decayMs * 1e6, slackTokens } };
}

function sliceOf(ns: number): number {
  if (ns % SLICE_NS === 0) return ns;
  throw new Error(`a warm-up lasts a multiple of ${SLICE_NS / 1e9} s, found ${ns / 1e9} s`);
}

const uniformOf = (stream: RandomStream) => (): number => stream.uniform();

const nsOrNever = (ms: number | null): number =>
  ms === null ? Number.POSITIVE_INFINITY : ms * 1e6;

const clientModel = (clients: FleetWorldOptions["clients"]): ClientModel => ({
  timeoutNs: nsOrNever(clients.timeoutMs),
  retries: clients.retries,
  retryBackoffNs: RETRY_BACKOFF_MS * 1e6,
  abandonAfterNs: nsOrNever(clients.abandonAfterMs),
});

function blockOf({ sources, fleet, engine }: FleetWorldOptions): number {
  const sizes = new Set(sources.map(({ templates }) => templates.blockTokens));
  if (sizes.size > 1) {
    const found = [...sizes].join(" and ");
    throw new Error(`traffic of ${fleet.key}: blocks of ${found} tokens, expected one size`);
  }
  const [size] = sizes;
  return engine.fixed?.blockTokens ?? size ?? BLOCK_TOKENS;
}

function enginesOf(
  { fleet, engine, seed }: FleetWorldOptions,
  blockTokens: number,
): Pick<KernelOptions, "engine" | "decodeEngine"> {
  if (engine.profile === MOCKER_PROFILE) return { engine: mockerEngine(engine) };
  const profile = ENGINE_PROFILES[engine.profile];
  if (profile === undefined) {
    throw new Error(`fleet ${fleet.key}: no engine profile "${engine.profile}"`);
  }
  const perturbation = drawPerturbation(
    engine.perturb,
    new RandomStream(seed, `perturb/${fleet.key}`),
  );
  const unit = (gpus: number): EngineModel => {
    const model = engineModel(profile, gpus, perturbation);
    const kvTokens = engine.fixed
      ? engine.fixed.kvBlocks * engine.fixed.blockTokens
      : Math.floor(model.kvTokens / blockTokens) * blockTokens;
    const host = fleet.kvTier === "NodeLocal" ? hostTier(profile, gpus) : null;
    return { ...model, kvTokens, host };
  };
  const decode = gpusOf(fleet, (role) => role === "Decode");
  const first = gpusOf(fleet, (role) => role !== "Decode");
  const largest = first ?? decode ?? 1;
  return {
    engine: unit(largest),
    ...(decode === null ? {} : { decodeEngine: unit(decode) }),
  };
}

/** What an engine that prefills fetches at; the peer's mock engine has no other tier. */
function storeOf({ fleet, engine, store }: FleetWorldOptions): Pick<KernelOptions, "store"> {
  const profile = ENGINE_PROFILES[engine.profile];
  if (profile === undefined || store === undefined || store === null) return {};
  const gpus = gpusOf(fleet, (role) => role !== "Decode") ?? 1;
  return { store: sharedStore(profile, gpus, store) };
}

/** GPUs of the units of one kind of role. @throws when two workloads of it differ */
function gpusOf(fleet: CompiledFleet, isOfKind: (role: Role) => boolean): number | null {
  const gpus = fleet.workloads
    .filter(({ role }) => isOfKind(role))
    .map(({ gpusPerUnit }): number => gpusPerUnit);
  const sizes = [...new Set(gpus)];
  if (sizes.length > 1) {
    const found = sizes.join(" and ");
    throw new Error(`fleet ${fleet.key}: units of ${found} GPUs in one role, expected one size`);
  }
  return sizes[0] ?? null;
}
