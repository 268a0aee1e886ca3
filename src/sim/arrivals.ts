/** Turns as clients offer them: an inhomogeneous Poisson process with sizes drawn beside it. */
import type { Surge } from "./rate-curve.ts";
import { RateCurve } from "./rate-curve.ts";
import { RandomStream } from "./random.ts";
import type { TrafficOptions } from "./world-options.ts";

export interface OfferedTurn {
  readonly at: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Turns per second that clients would send at this instant if none had to wait. */
  readonly turnsPerSecond: number;
  /** Uniform of [0, 1): which of the sessions it belongs to, see `isSent`. */
  readonly session: number;
}

/**
 * Agents are closed-loop: a session that waits for its last answer sends no next turn. With
 * turns per second × think time sessions about (Little), each as likely to be next, a turn is not
 * sent when it falls on one of the `waiting` ones.
 * @param thinkMs from an answer to the session's next turn; null for clients that never hold back
 */
export function isSent(turn: OfferedTurn, waiting: number, thinkMs: number | null): boolean {
  if (thinkMs === null) return true;
  const sessions = (turn.turnsPerSecond * thinkMs) / 1_000;
  return turn.session * sessions >= waiting;
}

/** The rate is held constant over cells of this length: finer than any ramp. */
const CELL_MS = 1_000;
/** The shortest turn: one token in, one out. */
const MIN_TOKENS = 1;

/**
 * The stream of turns of one fleet. It looks at nothing but its seed: neither service, supply nor
 * faults move an arrival, so that policies and faults are compared on the same offered turns.
 */
export class Arrivals {
  private readonly curve: RateCurve;
  private readonly gaps: RandomStream;
  private readonly sizes: RandomStream;
  private readonly sessions: RandomStream;
  private readonly options: TrafficOptions;
  private readonly startAt: number;
  private at: number;

  constructor(options: TrafficOptions, startAt: number, seed: number) {
    if (!(options.baseTurnsPerSecond > 0)) {
      throw new Error(`traffic of ${options.fleet}: baseTurnsPerSecond must be above 0`);
    }
    this.options = options;
    this.startAt = startAt;
    this.at = startAt;
    this.curve = new RateCurve(options, startAt, seed);
    this.gaps = new RandomStream(seed, `arrivals/${options.fleet}`);
    this.sizes = new RandomStream(seed, `turns/${options.fleet}`);
    this.sessions = new RandomStream(seed, `sessions/${options.fleet}`);
  }

  /** @returns the next turn. The integral of the rate between two turns is exponential, mean 1. */
  next(): OfferedTurn {
    let hazard = this.gaps.exponential();
    for (;;) {
      const cell = Math.floor((this.at - this.startAt) / CELL_MS);
      const cellEnd = this.startAt + (cell + 1) * CELL_MS;
      const ratePerMs = this.curve.turnsPerSecond(this.startAt + cell * CELL_MS) / 1_000;
      const leftInCell = ratePerMs * (cellEnd - this.at);
      if (hazard < leftInCell) {
        this.at += hazard / ratePerMs;
        return this.sized(ratePerMs * 1_000);
      }
      hazard -= leftInCell;
      this.at = cellEnd;
    }
  }

  /** @returns the surges that have begun by `at`. */
  surgesUntil(at: number): readonly Surge[] {
    return this.curve.surgesUntil(at);
  }

  private sized(turnsPerSecond: number): OfferedTurn {
    const { promptTokens: prompt, outputTokens: output } = this.options;
    return {
      at: this.at,
      promptTokens: Math.max(MIN_TOKENS, Math.round(this.sizes.logNormal(prompt.p50, prompt.p95))),
      outputTokens: Math.max(MIN_TOKENS, Math.round(this.sizes.logNormal(output.p50, output.p95))),
      turnsPerSecond,
      session: this.sessions.uniform(),
    };
  }
}
