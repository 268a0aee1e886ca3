/** What is expected of a recorded surge: what was attained, and what has to be. */
import type { SurgeRun } from "./guardrails.ts";
import type { RecordedSurge } from "./record-surge.ts";

export interface SurgeBound {
  readonly path: string;
  readonly min?: number;
  readonly max?: number;
  /** Under the recorded policy: the worst run. */
  readonly measured: number;
}

/** Traffic that differs by more is another surge. */
const SAME_TRAFFIC = 0.1;
/** Towards what is attained without the guardrail: other machines and releases differ a little. */
const LENIENCE = 0.25;
/** Where nothing helps, only what is worse than today is a miss: a point, and a quarter longer. */
const WORSE_BY = 0.01;
const LONGER_BY = 1.25;

const least = (runs: readonly SurgeRun[], of: (run: SurgeRun) => number): number =>
  Math.min(...runs.map(of));
const most = (runs: readonly SurgeRun[], of: (run: SurgeRun) => number): number =>
  Math.max(...runs.map(of));

const attainment = (run: SurgeRun): number => run.attainment;
const outsideSeconds = (run: SurgeRun): number => Math.round(run.outsideMinutes * 60);
const offered = (run: SurgeRun): number => run.offered;

/** @returns ranges that runs with the best guardrail are within; without one: not worse than now */
export function surgeBounds({ without, best }: RecordedSurge): readonly SurgeBound[] {
  const goal = best === null ? notWorse(without) : guardedGoal(without, best.runs);
  return [
    {
      path: "turns.offered",
      min: Math.floor(least(without, offered) * (1 - SAME_TRAFFIC)),
      max: Math.ceil(most(without, offered) * (1 + SAME_TRAFFIC)),
      measured: most(without, offered),
    },
    {
      path: "slo.attainment",
      min: Math.floor(Math.max(0, goal.attainment) * 1e4) / 1e4,
      measured: Math.round(least(without, attainment) * 1e4) / 1e4,
    },
    {
      path: "slo.violationSeconds",
      max: Math.ceil(goal.outsideSeconds),
      measured: most(without, outsideSeconds),
    },
  ];
}

interface Goal {
  readonly attainment: number;
  readonly outsideSeconds: number;
}

const notWorse = (runs: readonly SurgeRun[]): Goal => ({
  attainment: least(runs, attainment) - WORSE_BY,
  outsideSeconds: most(runs, outsideSeconds) * LONGER_BY,
});

function guardedGoal(without: readonly SurgeRun[], guarded: readonly SurgeRun[]): Goal {
  const [share, otherShare] = [least(guarded, attainment), most(without, attainment)];
  const [time, otherTime] = [most(guarded, outsideSeconds), least(without, outsideSeconds)];
  return {
    attainment: towards(share, otherShare, share > otherShare),
    outsideSeconds: towards(time, otherTime, time < otherTime),
  };
}

/** Where runs overlap, whatever the guardrail, the bound is the guarded value itself. */
const towards = (guarded: number, unguarded: number, isBetter: boolean): number =>
  isBetter ? guarded + LENIENCE * (unguarded - guarded) : guarded;
