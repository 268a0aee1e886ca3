/** The share of turns that N racks serve inside an objective. */
import type { CompiledObjective } from "../compiled.ts";
import { clamp, normalCdf } from "../numeric.ts";
import type { EngineProfile } from "../profiles/engine-profiles.ts";
import { ratio, seconds } from "../units.ts";
import type { Millis, Ratio } from "../units.ts";
import { erlangC } from "./erlang.ts";
import type { RackCapacity } from "./rack-capacity.ts";

/** What a fleet is asked to serve, at the hit rate it would have. */
export interface Load {
  readonly turnsPerSecond: number;
  readonly promptTokensPerTurn: number;
  readonly outputTokensPerTurn: number;
  readonly hitRate: Ratio;
}

/** Decode never takes all of a shared GPU: the scheduler keeps prefill going. */
const MAX_DECODE_SHARE = 0.95;
/** Standard deviation of ln(ITL) between tokens: judgement, no published figure. */
const ITL_LOG_SPREAD = 0.25;

/** @returns cold prompt tokens per turn: those that must be prefilled */
export const coldTokensPerTurn = (load: Load): number =>
  load.promptTokensPerTurn * (1 - load.hitRate);

/** Share of prefill capacity that `racks` racks would use, at the load's hit rate. */
export function prefillLoad(racks: number, capacity: RackCapacity, load: Load): number {
  const offered = load.turnsPerSecond * coldTokensPerTurn(load);
  return offered / Math.max(1e-9, racks * capacity.prefillTokensPerSecond);
}

export function attainment(
  objective: CompiledObjective,
  racks: number,
  model: { readonly capacity: RackCapacity; readonly engine: EngineProfile; readonly load: Load },
): Ratio {
  if (racks <= 0) return ratio(0);
  return objective.metric === "TTFT"
    ? ttftAttainment(objective.thresholdMs, racks, model)
    : itlAttainment(objective.thresholdMs, racks, model);
}

interface Model {
  readonly capacity: RackCapacity;
  readonly engine: EngineProfile;
  readonly load: Load;
}

/**
 * M/M/c over the prefill units: TTFT = base + wait + S, with S = cold tokens per turn / what decode
 * leaves of a unit's prefill rate. P(wait > t) = C(c, a) exp(−(c − a) t / S).
 */
function ttftAttainment(thresholdMs: Millis, racks: number, model: Model): Ratio {
  const { capacity, engine, load } = model;
  const servers = Math.floor(racks * capacity.prefillUnits);
  if (servers < 1) return ratio(0);
  const rate = capacity.prefillTokensPerSecondPerUnit * (1 - decodeShare(racks, model));
  const service = coldTokensPerTurn(load) / rate;
  const slack = seconds(thresholdMs) - seconds(engine.baseTtftMs) - service;
  const offered = load.turnsPerSecond * service;
  if (offered >= servers || slack < 0) return ratio(0);
  if (service <= 0) return ratio(1);
  return ratio(1 - erlangC(servers, offered) * Math.exp((-(servers - offered) * slack) / service));
}

/** Share of the GPUs' time that decode takes where prefill shares them. */
function decodeShare(racks: number, { capacity, load }: Model): number {
  if (!capacity.shared) return 0;
  const output = load.turnsPerSecond * load.outputTokensPerTurn;
  return clamp(output / (racks * capacity.decodeTokensPerSecond), 0, MAX_DECODE_SHARE);
}

/**
 * ITL = base + slope x b with b decoding sequences per GPU; by Little's law b = k x ITL with
 * k = output tokens/s per GPU / 1000, so ITL = base / (1 − k x slope). Log-normal around it.
 */
function itlAttainment(thresholdMs: Millis, racks: number, model: Model): Ratio {
  const { capacity, engine, load } = model;
  const output = load.turnsPerSecond * load.outputTokensPerTurn;
  const k = output / 1000 / (racks * capacity.decodeGpus);
  const headroom = 1 - k * engine.itlPerSequenceMs;
  if (headroom <= 0) return ratio(0);
  const itlMs = engine.itlBaseMs / headroom;
  return ratio(normalCdf(Math.log(thresholdMs / itlMs) / ITL_LOG_SPREAD));
}
