/** Whole matrices. Bundled: see `../bundled.ts`. */
import {
  NOBODY_DIES,
  deathsOf,
  dyingAt,
  dyingAtEveryWrite,
  lifeOf,
  wrongdoings,
} from "./matrix.ts";
import type { Reaper } from "./killable-ports.ts";
import type { Death, Life, StoryEnd } from "./matrix.ts";
import { MODEL_STORIES, modelStory } from "./model-story.ts";
import { SIMULATED_STORIES, simulatedStory } from "./simulated-story.ts";

/** A death after which the story did not end as it should. */
export interface Difference {
  readonly death: Death | "every write";
  readonly end: StoryEnd | string;
  readonly wrongdoings: readonly string[];
}

export interface Matrix {
  readonly undisturbed: StoryEnd;
  readonly wrongdoings: readonly string[];
  /** Writes the undisturbed life did, by what tells them apart; once each. */
  readonly writes: readonly string[];
  readonly deaths: readonly Death[];
  /** Processes that really died, in all lives. */
  readonly died: number;
  readonly differences: readonly Difference[];
}

const STORIES = new Map([
  ...Object.entries(SIMULATED_STORIES).map(
    ([name, plot]) => [name, () => simulatedStory(plot)] as const,
  ),
  ...Object.entries(MODEL_STORIES).map(([name, plot]) => [name, () => modelStory(plot)] as const),
]);

/** @param every how many deaths go between two that are tried; 1: the whole matrix */
export async function matrixOf(name: string, every = 1): Promise<Matrix> {
  const start = STORIES.get(name);
  if (start === undefined) throw new Error(`no story is called ${name}`);
  const undisturbed = await lifeOf(start(), NOBODY_DIES);
  const deaths = deathsOf(undisturbed.calls).filter((_, n) => n % every === 0);
  const differences: Difference[] = [];
  let died = 0;
  const compare = (death: Difference["death"], life: Life): void => {
    died += life.deaths;
    const wrong = wrongdoings(life);
    const same = JSON.stringify(life.end) === JSON.stringify(undisturbed.end);
    if (!same || wrong.length > 0) differences.push({ death, end: life.end, wrongdoings: wrong });
  };
  const tryOut = async (death: Difference["death"], reaper: Reaper): Promise<void> => {
    try {
      compare(death, await lifeOf(start(), reaper));
    } catch (error) {
      // A story that hangs, or a world whose own rules broke: that death did it.
      differences.push({ death, end: String(error), wrongdoings: [] });
    }
  };
  for (const death of deaths) await tryOut(death, dyingAt(death.call, death.moment));
  await tryOut("every write", dyingAtEveryWrite());
  const writes = undisturbed.calls.flatMap((call) => (call.isWrite ? [call.name] : []));
  return {
    undisturbed: undisturbed.end,
    wrongdoings: wrongdoings(undisturbed),
    writes: [...new Set(writes)],
    deaths,
    died,
    differences,
  };
}
