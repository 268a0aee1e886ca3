import {
  type EngineModel,
  type KernelOptions,
  type ReplicaSettings,
  type StoreModel,
  SUBS_PER_NS,
} from "./contract.ts";
import { STRETCH_SUBS_MAX } from "./iteration-stretch.ts";

/** 2^31 - 1: tokens are counted in 32 bits. */
const TOKENS_MAX = 2_147_483_647;

const COSTS = [
  "iterationSubs",
  "prefillTokenSubs",
  "prefillPairSubs",
  "decodeSequenceSubs",
  "decodeContextSubs",
  "transferTokenSubs",
] as const;

/**
 * @returns tokens of a block, which all sources share.
 * @throws RangeError when times or costs could leave the range in which sums are exact
 */
export function checkOptions(options: KernelOptions): number {
  checkEngine("engine", options.engine);
  if (options.decodeEngine !== undefined) checkEngine("decodeEngine", options.decodeEngine);
  if (options.store !== undefined) checkStore(options.store, options.engine);
  checkClients(options.clients);
  if (!(options.router.lagNs >= 0)) throw new RangeError(`router lag ${options.router.lagNs} ns`);
  const { decay } = options.router;
  if (decay !== undefined) {
    if (!(decay.decayNs > 0)) throw new RangeError(`router.decay.decayNs: ${decay.decayNs}`);
    whole("router.decay.slackTokens", decay.slackTokens);
  }
  const [first] = options.sources;
  const blockTokens = first?.templates.blockTokens ?? 1;
  for (const { templates } of options.sources) {
    if (templates.blockTokens !== blockTokens) {
      const found = `${templates.blockTokens} and ${blockTokens}`;
      throw new RangeError(
        `sources of one fleet have blocks of ${found} tokens; expected equal ones`,
      );
    }
  }
  return blockTokens;
}

/** @throws RangeError when costs of an engine with these settings could leave the exact range */
export function checkSettings({ kvTokens }: ReplicaSettings, engine: EngineModel): void {
  checkEngine("replica", { ...engine, kvTokens });
}

/** The dearest iteration there can be has to be exact, and to last a nanosecond at least. */
function checkEngine(name: string, engine: EngineModel): void {
  const { budgetTokens, maxSequences, kvTokens } = engine;
  for (const cost of COSTS) whole(`${name}.${cost}`, engine[cost]);
  whole(`${name}.host.loadTokenSubs`, engine.host?.loadTokenSubs ?? 0);
  whole(`${name}.host.tokens`, engine.host?.tokens ?? 0);
  whole(`${name}.overheadNs`, engine.overheadNs);
  whole(`${name}.transferNs`, engine.transferNs);
  for (const count of ["budgetTokens", "maxSequences", "kvTokens"] as const) {
    if (!(engine[count] >= 1 && engine[count] <= TOKENS_MAX && Number.isInteger(engine[count]))) {
      throw new RangeError(`${name}.${count}: ${engine[count]}, expected a whole number above 0`);
    }
  }
  if (maxSequences > budgetTokens) {
    throw new RangeError(`${name}: ${maxSequences} sequences do not fit ${budgetTokens} tokens`);
  }
  if (engine.iterationSubs < SUBS_PER_NS) {
    throw new RangeError(`${name}.iterationSubs: ${engine.iterationSubs}, expected 1,024 (1 ns)`);
  }
  const dearest =
    engine.iterationSubs +
    engine.prefillTokenSubs * budgetTokens +
    engine.prefillPairSubs * budgetTokens * (2 * kvTokens + budgetTokens) +
    engine.decodeSequenceSubs * maxSequences +
    engine.decodeContextSubs * maxSequences * kvTokens +
    (engine.host?.loadTokenSubs ?? 0) * maxSequences * kvTokens;
  if (!(dearest < STRETCH_SUBS_MAX && engine.transferTokenSubs * kvTokens < STRETCH_SUBS_MAX)) {
    throw new RangeError(`${name}: an iteration could cost ${dearest} subs, more than is exact`);
  }
}

/** What is fetched is at most as much KV as a unit has, for as many sequences as run at once. */
function checkStore(store: StoreModel, { maxSequences, kvTokens }: EngineModel): void {
  whole("store.tokens", store.tokens);
  whole("store.fetchSubs", store.fetchSubs);
  whole("store.fetchTokenSubs", store.fetchTokenSubs);
  const dearest = store.fetchSubs + store.fetchTokenSubs * maxSequences * kvTokens;
  if (!(dearest < STRETCH_SUBS_MAX)) {
    throw new RangeError(`store: a fetch could cost ${dearest} subs, more than is exact`);
  }
}

function checkClients({
  timeoutNs,
  abandonAfterNs,
  retries,
  retryBackoffNs,
}: KernelOptions["clients"]) {
  for (const [name, ns] of Object.entries({ timeoutNs, abandonAfterNs })) {
    if (ns !== Infinity && !(Number.isSafeInteger(ns) && ns >= 1)) {
      throw new RangeError(`clients.${name}: ${ns}, expected whole ns above 0 or Infinity`);
    }
  }
  whole("clients.retries", retries);
  whole("clients.retryBackoffNs", retryBackoffNs);
  let backoffNs = retryBackoffNs;
  for (let tries = 1; tries < retries; tries++) backoffNs *= 2;
  whole("clients: the last pause before a retry", backoffNs);
}

function whole(name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 0)) {
    throw new RangeError(`${name}: ${value}, expected a whole number from 0 on`);
  }
}
