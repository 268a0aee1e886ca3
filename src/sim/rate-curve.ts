/** How many turns per second clients issue: base load, a slow wave, noise, and surges. */
import { lerp } from "../core/numeric.ts";
import { RandomStream } from "./random.ts";
import type { SurgeOptions, TrafficOptions } from "./world-options.ts";

/** A surge: linear from 1 to `factor` over the ramp, held, and linear back. Instant in epoch ms. */
export interface Surge {
  readonly onsetAt: number;
  readonly factor: number;
  readonly rampMs: number;
  readonly holdMs: number;
}

/** Knots of the noise: slow enough that a forecast can follow, fast enough to be noise. */
const NOISE_STEP_MS = 300_000;
/** Correlation of the noise between two knots. */
const NOISE_MEMORY = 0.8;

export const surgeEnd = (surge: Surge): number => surge.onsetAt + 2 * surge.rampMs + surge.holdMs;

/** @returns the factor of one surge at an instant, 1 outside it. */
function factorAt(surge: Surge, at: number): number {
  const up = (at - surge.onsetAt) / surge.rampMs;
  const down = (surgeEnd(surge) - at) / surge.rampMs;
  const share = Math.min(1, up, down);
  return share <= 0 ? 1 : lerp(1, surge.factor, share);
}

/** A smooth wave between −1 and 1 without trigonometry: smoothstep of a triangle. */
function wave(phase: number): number {
  const u = phase - Math.floor(phase);
  const triangle = u < 0.5 ? 2 * u : 2 - 2 * u;
  return 2 * triangle * triangle * (3 - 2 * triangle) - 1;
}

/** The rate of one fleet. Surges and noise are drawn in order of time, whenever they are asked. */
export class RateCurve {
  private readonly surgeStream: RandomStream;
  private readonly noiseStream: RandomStream;
  private readonly knots: number[] = [];
  private readonly drawn: Surge[] = [];
  private readonly options: TrafficOptions;
  private readonly startAt: number;
  private nextOnsetAt: number;

  constructor(options: TrafficOptions, startAt: number, seed: number) {
    this.options = options;
    this.startAt = startAt;
    this.surgeStream = new RandomStream(seed, `surges/${options.fleet}`);
    this.noiseStream = new RandomStream(seed, `noise/${options.fleet}`);
    this.nextOnsetAt = startAt + (options.surges?.firstAfterMs ?? Number.POSITIVE_INFINITY);
  }

  /** @returns turns per second at an instant not before the start. */
  turnsPerSecond(at: number): number {
    const { baseTurnsPerSecond, wave: slow } = this.options;
    const sinceStartMs = at - this.startAt;
    const swing = 1 + slow.amplitude * wave(sinceStartMs / slow.periodMs + 0.25);
    return baseTurnsPerSecond * swing * this.noise(sinceStartMs) * this.surgeFactor(at);
  }

  /** @returns the surges that have begun by `at`, oldest first. */
  surgesUntil(at: number): readonly Surge[] {
    const { surges } = this.options;
    while (surges !== null && this.nextOnsetAt <= at) this.drawn.push(this.drawSurge(surges));
    return this.drawn.filter((surge) => surge.onsetAt <= at);
  }

  private surgeFactor(at: number): number {
    if (at >= this.nextOnsetAt) this.surgesUntil(at);
    const latest = this.drawn.at(-1);
    return latest === undefined ? 1 : factorAt(latest, at);
  }

  private drawSurge(options: SurgeOptions): Surge {
    const draw = ({ low, high }: { low: number; high: number }): number =>
      this.surgeStream.between(low, high);
    const surge = {
      onsetAt: this.nextOnsetAt,
      factor: draw(options.factor),
      rampMs: draw(options.rampMs),
      holdMs: draw(options.holdMs),
    };
    // Surges never overlap, so that each has an onset and an end of its own.
    this.nextOnsetAt = Math.max(surgeEnd(surge), surge.onsetAt + draw(options.everyMs));
    return surge;
  }

  /** A first-order autoregressive walk of ln(rate), linear between knots, mean factor about 1. */
  private noise(sinceStartMs: number): number {
    const position = sinceStartMs / NOISE_STEP_MS;
    const index = Math.floor(position);
    while (this.knots.length <= index + 1) this.knots.push(this.nextKnot());
    return Math.exp(lerp(this.knots[index] ?? 0, this.knots[index + 1] ?? 0, position - index));
  }

  private nextKnot(): number {
    const innovation = Math.sqrt(1 - NOISE_MEMORY * NOISE_MEMORY) * this.options.noiseSigma;
    return NOISE_MEMORY * (this.knots.at(-1) ?? 0) + innovation * this.noiseStream.normal();
  }
}
