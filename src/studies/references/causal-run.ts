/** The causal reference's run: what is known when, its plan, and one replay without repair. */
import type { CompiledScenario, TrafficShape } from "../../config/compiled-scenario.ts";
import { causalChanges } from "../../oracle/causal.ts";
import type { Knowledge } from "../../oracle/causal.ts";
import type { SimulationRun } from "../simulation-run.ts";
import type { Foreknowledge } from "./foreknowledge.ts";
import { outcomeOf } from "./rounds.ts";
import type { Replay, Rounds } from "./rounds.ts";

export async function causalRounds(
  { scenario }: SimulationRun,
  known: Foreknowledge,
  { attainment, replay }: { readonly attainment: number; readonly replay: Replay },
): Promise<Rounds> {
  const { model, terms } = known;
  const changes = causalChanges({
    knowledge: knowledgeOf(scenario, known),
    surges: surgesOf(scenario).map(({ atMs, holdMs, rampMs }) => {
      return { atMs, untilMs: atMs + 2 * rampMs + holdMs };
    }),
    model,
    terms,
    missedShare: 1 - attainment,
  });
  const reported = await replay(changes);
  const round = { planned: null, replayed: outcomeOf(reported), repairedSteps: 0 };
  const reference = { gpuHoursPerMiss: null, rounds: [round], reported: 0 };
  return { reference, changes, reported };
}

const surgesOf = ({ world }: CompiledScenario): readonly TrafficShape[] =>
  world.traffic.flatMap(({ shape }) => shape.filter(({ factor }) => factor > 1));

/** From each surge's onset on the world is known with it; before, as if it did not come. */
function knowledgeOf(
  scenario: CompiledScenario,
  { offered, offeredIn }: Foreknowledge,
): readonly Knowledge[] {
  const onsets = [...new Set(surgesOf(scenario).map(({ atMs }) => atMs))].toSorted((a, b) => a - b);
  const last = onsets.at(-1);
  return [-1, ...onsets].map((fromMs) => ({
    fromMs: Math.max(0, fromMs),
    offered: last === undefined || fromMs === last ? offered : offeredIn(knownAt(scenario, fromMs)),
  }));
}

/** The scenario without the surges that begin later than `atMs`. */
const knownAt = (scenario: CompiledScenario, atMs: number): CompiledScenario => ({
  ...scenario,
  world: {
    ...scenario.world,
    traffic: scenario.world.traffic.map((traffic) => ({
      ...traffic,
      shape: traffic.shape.filter((change) => change.factor <= 1 || change.atMs <= atMs),
    })),
  },
});
