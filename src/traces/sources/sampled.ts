/** Sessions drawn with replacement, at the instants of a Poisson process. */
import type { SessionSource, SessionStart, TurnTemplates } from "../turn-templates.ts";
import type { Draws } from "./draws.ts";
import { PoissonStarts } from "./poisson-starts.ts";
import { product } from "./rate-curve.ts";
import type { RateCurve } from "./rate-curve.ts";

export interface SampledOptions {
  /** Mean rate where every curve is 1. */
  readonly sessionsPerHour: number;
  /** Factors of the rate; they multiply. */
  readonly curves: readonly RateCurve[];
  readonly draws: Pick<Draws, "uniform" | "exponential">;
}

const SECONDS_PER_HOUR = 3_600;

/** @returns sessions without end; each is a run of a template drawn uniformly */
export function sampledSource(templates: TurnTemplates, options: SampledOptions): SessionSource {
  const { draws } = options;
  const count = templates.sessions.firstRow.length;
  const starts = startsOf(options);
  return {
    templates,
    next: (start: SessionStart): boolean => {
      const atNs = starts.next();
      if (atNs === Number.POSITIVE_INFINITY) return false;
      start.atNs = atNs;
      start.template = Math.floor(draws.uniform() * count);
      return true;
    },
  };
}

/** @returns the instants at which sessions start */
export function startsOf({ sessionsPerHour, curves, draws }: SampledOptions): PoissonStarts {
  const perSecond = sessionsPerHour / SECONDS_PER_HOUR;
  return new PoissonStarts({ perSecond, curve: product(curves), draws });
}
