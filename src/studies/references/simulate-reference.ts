/** Runs a policy that knows the future: it watches the scenario first, plans, and is replayed. */
import type { RunTimeline } from "../../api/timeline.ts";
import { plannedPolicy } from "../../oracle/planned-policy.ts";
import type { CountChange } from "../../oracle/orders.ts";
import { SECOND_MS, millis } from "../../core/units.ts";
import type { StudyPolicy } from "../policies.ts";
import { runPolicy } from "../run-policy.ts";
import type { SimulationRun } from "../simulation-run.ts";
import { runResult, runTimeline } from "../simulation/run-result.ts";
import { causalRounds } from "./causal-run.ts";
import { clairvoyantRounds } from "./clairvoyant-run.ts";
import { foreknowledge } from "./foreknowledge.ts";
import type { Replayed } from "./rounds.ts";

/** The controller's usual pace, that of the baselines. */
const TICK_MS = millis(15 * SECOND_MS);

export interface ReferenceRun extends Pick<Replayed, "result" | "ticking"> {
  /** null where nobody asked for it. */
  readonly timeline: RunTimeline | null;
}

/**
 * @param known of several runs that differ in the knob alone, what all of them know
 * @returns the replay of its plan, never the plan itself
 * @throws UnplannableScenario when the scenario is not one fleet on one pool
 */
export async function simulateReference(
  run: SimulationRun,
  { name, knob }: StudyPolicy,
  known = foreknowledge(run),
): Promise<ReferenceRun> {
  const value = run.knob ?? knob.default;
  const { startsAt } = run.scenario;
  const { startRacks } = known.terms;
  const replay = async (changes: readonly CountChange[], replayed = silent(run)) => {
    const policy = plannedPolicy({ name, knob: value }, { startsAt, startRacks, changes });
    const configured = { group: run.scenario.group, policy, tickEveryMs: TICK_MS };
    const { open, ticking } = await runPolicy(replayed, configured);
    return { open, result: runResult(open), ticking };
  };
  const rounds =
    name === "clairvoyant"
      ? await clairvoyantRounds(known, value, replay)
      : await causalRounds(run, known, { attainment: value, replay });
  const { reported, changes, reference } = rounds;
  const heard = listens(run) ? (await replay(changes, run)).open : null;
  heard?.exportMetrics();
  return {
    result: { ...reported.result, reference },
    ticking: reported.ticking,
    timeline: heard === null ? null : runTimeline(heard),
  };
}

/** Rounds leave no records: only the one that is reported is run again with them. */
const silent = (run: SimulationRun): SimulationRun => {
  const { scenario, policy, seed, traffic, digest, codeVersion } = run;
  const { tickEveryMs, stopwatch, onProgress } = run;
  return {
    scenario,
    policy,
    seed,
    traffic,
    digest,
    codeVersion,
    ...(tickEveryMs === undefined ? {} : { tickEveryMs }),
    ...(stopwatch === undefined ? {} : { stopwatch }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
};

const listens = ({ onRecord, onTick, onOpenMetrics, timeline }: SimulationRun): boolean =>
  onRecord !== undefined ||
  onTick !== undefined ||
  onOpenMetrics !== undefined ||
  timeline === true;
