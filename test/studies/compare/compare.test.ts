import { describe, expect, it } from "vitest";
import type { StudyPolicy } from "../../../src/studies/policies.ts";
import type { ComparisonPlan } from "../../../src/studies/compare/compare.ts";
import { compare } from "../../../src/studies/compare/compare.ts";
import { sweep, sweepJobs } from "../../../src/studies/compare/sweep.ts";
import type { ComparisonJob } from "../../../src/studies/compare/measure.ts";
import { millis } from "../../../src/core/units.ts";
import { aResult } from "../../support/builders/results.ts";

/** Knob 1, 2 and 3, by default 2. */
const aStudyPolicy = (name: string, kind: StudyPolicy["kind"] = "baseline"): StudyPolicy => ({
  name,
  kind,
  knob: { name: "size", default: 2, sweep: [1, 2, 3] },
  configure: (group) => ({ group, tickEveryMs: millis(15_000) }),
});

const plan = (changes: Partial<ComparisonPlan> = {}): ComparisonPlan => ({
  scenarios: [{ name: "surge", seeds: [1, 2], byTheUnit: false }],
  ours: aStudyPolicy("breakwater", "ours"),
  others: [aStudyPolicy("hpa-queue")],
  tune: "one",
  ...changes,
});

/** Ours misses 500, 160 or 50 of 10,000 on 100, 200 or 300 GPU-hours; the others twice as many. */
const MISSED = [500, 160, 50] as const;
const asKnown = (jobs: readonly ComparisonJob[]) =>
  Promise.resolve(
    jobs.map(({ policy, knob, seed, byTheUnit }) => {
      const missed = (MISSED[knob - 1] ?? 0) * (policy === "breakwater" ? 1 : 2);
      // The two seeds differ by 20 turns around the mean.
      return aResult(missed + (seed === 1 ? 10 : -10), byTheUnit ? 90 : 100 * knob);
    }),
  );

describe("a comparison", () => {
  it("runs every policy at every value of its knob with every seed", () => {
    const jobs = sweepJobs(plan());
    expect(jobs).toHaveLength(2 * 3 * 2);
    expect(jobs[0]).toEqual({
      scenario: "surge",
      policy: "breakwater",
      knob: 1,
      seed: 1,
      byTheUnit: false,
    });
  });

  it("tries the default too where the sweep leaves it out", () => {
    const policy = aStudyPolicy("breakwater", "ours");
    const ours = { ...policy, knob: { ...policy.knob, default: 2.5 } };
    const knobs = sweepJobs(plan({ ours, others: [] })).map(({ knob }) => knob);
    expect([...new Set(knobs)]).toEqual([1, 2, 2.5, 3]);
  });

  it("shows a row per scenario and policy, others at about the cost of ours", async () => {
    const { rows } = await compare(plan(), asKnown);
    expect(rows).toMatchObject([
      {
        policy: "breakwater",
        kind: "ours",
        knob: { name: "size", value: 2 },
        violations: 160,
        gpuHours: 200,
        violationsAtOurGpuHours: 160,
        gpuHoursAtOurAttainment: 200,
      },
      { policy: "hpa-queue", kind: "baseline", knob: { value: 2 }, violations: 320 },
    ]);
    expect(rows[1]?.violationsAtOurGpuHours).toBeCloseTo(320, 9);
    // From 320 on 200 down to 100 on 300: ln 2 / ln 3.2 of the way to 160.
    const share = Math.log(2) / Math.log(3.2);
    expect(rows[1]?.gpuHoursAtOurAttainment).toBeCloseTo(200 + 100 * share, 9);
  });

  it("shows references at every value of their knob, and in no contest", async () => {
    const clairvoyant = aStudyPolicy("clairvoyant", "reference");
    const others = [aStudyPolicy("hpa-queue"), clairvoyant];
    const scenarios = [{ name: "surge", seeds: [1, 2], byTheUnit: true }];
    const { rows, summary } = await compare(plan({ others, scenarios }), asKnown);
    expect(rows.map(({ policy, kind, knob }) => `${kind} ${policy} ${knob.value}`)).toEqual([
      "ours breakwater 2",
      "baseline hpa-queue 2",
      "reference clairvoyant 1",
      "reference clairvoyant 2",
      "reference clairvoyant 3",
      "reference hpa-queue by the unit 2",
    ]);
    expect(rows.slice(2).map(({ violationsAtOurGpuHours }) => violationsAtOurGpuHours)).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(summary.policies.map(({ policy }) => policy)).toEqual(["hpa-queue"]);
  });

  it("can be of references alone", async () => {
    const others = [aStudyPolicy("clairvoyant", "reference")];
    const { rows, summary } = await compare(plan({ others }), asKnown);
    expect(rows.map(({ kind }) => kind)).toEqual(["ours", "reference", "reference", "reference"]);
    expect(summary).toMatchObject({ policies: [], strongest: null });
  });

  it("gives intervals over the seeds", async () => {
    const { rows } = await compare(plan(), asKnown);
    // Two seeds 20 apart: s/√2 = 10, t(1) = 12.706205.
    expect(rows[0]?.interval.violations.low).toBeCloseTo(160 - 127.06205, 4);
    expect(rows[0]?.interval.gpuHours).toEqual({ mean: 200, low: 200, high: 200 });
  });

  it("sums up the ratio to each policy, and names the strongest", async () => {
    const others = [aStudyPolicy("hpa-queue"), aStudyPolicy("static")];
    const { summary } = await compare(plan({ others }), asKnown);
    expect(summary).toMatchObject({
      tune: "one",
      ours: "breakwater",
      scenarios: 1,
      seeds: 2,
      attainmentFrom: 0.95,
      attainmentTo: 0.995,
      strongest: "hpa-queue",
    });
    expect(summary.policies[0]?.violationsRatio.mean).toBeCloseTo(2, 2);
    expect(summary.policies[0]?.gpuHoursRatio?.mean).toBeGreaterThan(1);
  });

  it("keeps every setting that was tried", async () => {
    const { points } = await compare(plan(), asKnown);
    expect(points.map(({ policy, knob }) => [policy, knob.value])).toEqual([
      ["breakwater", 1],
      ["breakwater", 2],
      ["breakwater", 3],
      ["hpa-queue", 1],
      ["hpa-queue", 2],
      ["hpa-queue", 3],
    ]);
  });

  it("adds what a baseline does without racks to round up to, as a reference", async () => {
    const scenarios = [{ name: "surge", seeds: [1, 2], byTheUnit: true }];
    const { rows } = await compare(plan({ scenarios }), asKnown);
    expect(rows.slice(2)).toMatchObject([
      { policy: "hpa-queue by the unit", kind: "reference", gpuHours: 90, knob: { value: 2 } },
    ]);
  });

  it("tuned to each scenario in hindsight takes another value in each", async () => {
    const scenarios = ["a", "b"].map((name) => ({ name, seeds: [1], byTheUnit: false }));
    const run = (jobs: readonly ComparisonJob[]) =>
      Promise.resolve(
        jobs.map(({ policy, knob, scenario }) => {
          const dear = policy === "hpa-queue" && scenario === "b" ? 100 : 0;
          return aResult(MISSED[knob - 1] ?? 0, 100 * knob + dear);
        }),
      );
    const valuesOf = async (tune: "one" | "each") =>
      (await compare(plan({ scenarios, tune }), run)).rows
        .filter(({ kind }) => kind === "baseline")
        .map(({ knob }) => knob.value);
    expect(await valuesOf("each")).toEqual([2, 1]);
    expect(new Set(await valuesOf("one")).size).toBe(1);
  });

  it("does not divide by zero where nothing is missed", async () => {
    const none = (jobs: readonly ComparisonJob[]) =>
      Promise.resolve(jobs.map(({ knob }) => aResult(0, 100 * knob)));
    const { summary } = await compare(plan(), none);
    expect(summary.policies[0]?.violationsRatio.mean).toBe(1);
  });

  it("refuses two scenarios of one name, and none at all", async () => {
    const [scenario] = plan().scenarios;
    if (scenario === undefined) throw new Error("one scenario");
    await expect(compare(plan({ scenarios: [scenario, scenario] }), asKnown)).rejects.toThrow(
      "two scenarios are named surge",
    );
    await expect(compare(plan({ scenarios: [] }), asKnown)).rejects.toThrow(RangeError);
  });
});

describe("a sweep", () => {
  it("marks each policy's settings that no cheaper one beats", async () => {
    const { points } = await sweep(plan(), (jobs) =>
      Promise.resolve(jobs.map(({ knob }) => aResult(knob === 2 ? 600 : 500 / knob, 100 * knob))),
    );
    expect(points.map(({ onFront }) => onFront)).toEqual([true, false, true, true, false, true]);
  });
});
