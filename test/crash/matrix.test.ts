/**
 * The crash matrix in simulation: one process dies at every single call of a port, reads once,
 * writes before and after they take effect; the next one has nothing but what the ports kept. The
 * world must end as if nobody had died. On a real API server: test/cluster/crash-matrix.test.ts.
 * Deaths between the writes of one change of an object set, and several faults in one run:
 * test/controller/crash.test.ts.
 */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundled } from "../support/bundled.ts";
import { PORT_WRITES } from "../support/crash/killable-ports.ts";
import { MODEL_STORIES } from "../support/crash/model-story.ts";
import type { Matrix, matrixOf as run } from "../support/crash/run.ts";
import { SIMULATED_STORIES } from "../support/crash/simulated-story.ts";

let matrixOf: typeof run = () => Promise.reject(new Error("the run is not bundled"));
beforeAll(async () => {
  const entry = join(import.meta.dirname, "..", "support", "crash", "run.ts");
  ({ matrixOf } = await import(await bundled(entry)));
});

/** Of the story that is all stories, every so many deaths: each of them is in a shorter one too. */
const LONG = { name: "all of it in a row", every: 25 } as const;
const SHORT = [...Object.keys(SIMULATED_STORIES), ...Object.keys(MODEL_STORIES)].filter(
  (name) => name !== LONG.name,
);

const done: Matrix[] = [];

describe("a process that dies at any one call of a port, and at every write in turn", () => {
  it.each([...SHORT.map((name) => ({ name, every: 1 })), LONG])(
    "$name: ends as if nobody had died",
    async ({ name, every }) => {
      const matrix = await matrixOf(name, every);
      done.push(matrix);
      expect(matrix.undisturbed).toMatchObject({ cordoned: 0 });
      expect(matrix.wrongdoings).toEqual([]);
      expect(matrix.died).toBeGreaterThanOrEqual(matrix.deaths.length);
      expect(matrix.differences).toEqual([]);
    },
  );

  it("every write that the ports have was killed, before and after", () => {
    const killed = (write: string, moment: string): boolean =>
      done.some(({ deaths }) =>
        deaths.some(({ name, moment: at }) => name.split(" ")[0] === write && at === moment),
      );
    const spared = PORT_WRITES.flatMap((write) =>
      ["before", "after"].flatMap((moment) =>
        killed(write, moment) ? [] : [`${moment} ${write}`],
      ),
    );
    expect(spared).toEqual([]);
    const deaths = done.reduce((sum, matrix) => sum + matrix.deaths.length, 0);
    console.log(`${deaths} deaths at ${new Set(done.flatMap(({ writes }) => writes)).size} writes`);
  });

  it("growth, drain, consent, cancelling, a foreign writer and a gang were among it", () => {
    const ends = done.flatMap(({ undisturbed }) => undisturbed.intents.join("; "));
    for (const end of [
      "Out 3 → 5 Done (0 approved)",
      "In 4 → 3 Done (0 approved)",
      "In 4 → 3 Cancelled (0 approved)",
      "Out 3 → 6 Done (1 approved)",
      "Out 3 → 4 Failed (0 approved); In 5 → 4 Done (0 approved)",
      "Reclaim 4 → 4 Done (0 approved); Reclaim 4 → 4 Done (0 approved)",
      "Lend 4 → 4 Done (0 approved)",
      "Move 8 → 8 Done (0 approved)",
      "Move 8 → 8 Cancelled (0 approved)",
      "Reclaim 4 → 4 Done",
    ]) {
      expect(ends).toContain(end);
    }
  });
});
