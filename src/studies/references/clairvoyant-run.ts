/** The clairvoyant's rounds: plan, replay, learn what the replay missed, plan again. */
import type { ReferenceResult } from "../../api/results.ts";
import { Clairvoyant } from "../../oracle/clairvoyant.ts";
import { missedBySteps } from "../../oracle/standing-fleet.ts";
import type { Foreknowledge } from "./foreknowledge.ts";
import { outcomeOf } from "./rounds.ts";
import type { Replay, Replayed, Rounds } from "./rounds.ts";

/** Rounds at most: each is a whole run. */
const ROUNDS_MAX = 3;

/** @returns the rounds, of which the one is reported whose replay was cheapest at the price */
export async function clairvoyantRounds(
  { offered, model, terms }: Foreknowledge,
  price: number,
  replay: Replay,
): Promise<Rounds> {
  const oracle = new Clairvoyant({ offered, model, terms, price });
  const { gpuHoursPerMiss } = oracle;
  const tried: (Omit<Rounds, "reference"> & { readonly cost: number })[] = [];
  const rounds: ReferenceResult["rounds"][number][] = [];
  while (tried.length < ROUNDS_MAX) {
    const { changes, gpuHours, missed } = oracle.plan();
    const before = tried.at(-1)?.changes;
    if (JSON.stringify(before) === JSON.stringify(changes)) break;
    const reported = await replay(changes);
    const found = outcomeOf(reported);
    tried.push({
      changes,
      reported,
      cost: found.gpuHours + gpuHoursPerMiss * found.violations,
    });
    const repairedSteps = oracle.learn(missedIn(reported, offered.stepMs));
    rounds.push({ planned: { gpuHours, violations: missed }, replayed: found, repairedSteps });
    if (repairedSteps === 0) break;
  }
  const costs = tried.map(({ cost }) => cost);
  const at = costs.indexOf(Math.min(...costs));
  const chosen = tried[at];
  if (chosen === undefined) throw new Error("the clairvoyant was not replayed");
  const reference = { gpuHoursPerMiss, rounds, reported: at };
  return { reference, changes: chosen.changes, reported: chosen.reported };
}

function missedIn({ open }: Replayed, stepMs: Foreknowledge["offered"]["stepMs"]) {
  const [fleet] = open.world.fleets();
  return missedBySteps(fleet?.results().slices ?? [], stepMs);
}
