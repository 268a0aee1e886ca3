import { describe, expect, it } from "vitest";
import fc from "fast-check";
import type { PartLine } from "../../../src/cli/simulation/decode-part.ts";
import {
  mergedRunner,
  partOf,
  planDigest,
  runsOfPart,
} from "../../../src/cli/simulation/sweep-parts.ts";
import type { ComparisonJob } from "../../../src/studies/compare/measure.ts";
import { aResult } from "../../support/builders/results.ts";

const job = (knob: number): ComparisonJob => ({
  scenario: "surge",
  policy: "static",
  knob,
  seed: 1,
  byTheUnit: false,
});
const JOBS = [job(1), job(2), job(3), job(4), job(5)];
const PLAN = planDigest(JOBS, ["text"], "1.0.0");

const line = (run: number, plan = PLAN): string => {
  const part: PartLine = { schemaVersion: 1, plan, run, result: aResult(run, 100) };
  return JSON.stringify(part);
};
const lines = (...runs: readonly number[]): string => runs.map((run) => line(run)).join("\n");

describe("parts of a sweep", () => {
  it("are every run once, however many parts there are", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 40 }),
        (runs, count) => {
          const parts = Array.from({ length: count }, (_, index) =>
            runsOfPart(runs, { index, count }),
          );
          expect(parts.flat().toSorted((a, b) => a - b)).toEqual(
            Array.from({ length: runs }, (_, run) => run),
          );
        },
      ),
    );
  });

  it("are written as index and count, from 0 as Indexed Jobs count", () => {
    expect(partOf("2/8")).toEqual({ index: 2, count: 8 });
  });

  it.each(["8/8", "2", "2/0", "-1/8", "a/b", "1.5/8", ""])("%s is none", (text) => {
    expect(() => partOf(text)).toThrow(`--part: found "${text}", expected such as 2/8`);
  });
});

describe("merged parts", () => {
  it("are the results in the order of the runs, whatever order they came in", async () => {
    const run = mergedRunner([lines(4, 1), lines(3, 0, 2)], PLAN);
    const results = await run(JOBS);
    expect(results.map(({ slo }) => slo.violations)).toEqual([0, 1, 2, 3, 4]);
  });

  it("pass over what a log has beside them", async () => {
    const run = mergedRunner([`36 runs\n${lines(0, 1, 2)}\n36 runs: 9 %\n${lines(3, 4)}\n`], PLAN);
    await expect(run(JOBS)).resolves.toHaveLength(5);
  });

  it("say which runs are missing", () => {
    const run = mergedRunner([lines(0, 3)], PLAN);
    expect(() => run(JOBS)).toThrow("found 2 of 5 runs, expected all; missing: 1, 2, 4");
  });

  it.each([
    ["other scenario files", planDigest(JOBS, ["other text"], "1.0.0")],
    ["other policies or seeds", planDigest(JOBS.slice(1), ["text"], "1.0.0")],
    ["another version", planDigest(JOBS, ["text"], "1.0.1")],
  ])("are refused when they are of %s", (_, plan) => {
    expect(() => mergedRunner([line(1, plan)], PLAN)).toThrow("run 1 is of another sweep");
  });

  it.each([
    ["cut off", '{"schemaVersion":1,"pl', "expected a whole line of JSON"],
    ["of a later version", '{"schemaVersion":2}', "found schemaVersion 2, expected 1"],
    ["of something else", '{"schemaVersion":1,"run":1}', "expected a run of a sweep's part"],
  ])("refuse a line that is %s", (_, text, message) => {
    expect(() => mergedRunner([text], PLAN)).toThrow(message);
  });
});
