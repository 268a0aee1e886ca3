import { describe, expect, it } from "vitest";
import type { CutCase } from "../../../src/studies/cases/case-document.ts";
import type { CaseRow } from "../../../src/studies/cases/case-rows.ts";
import { caseRow, keyOf, seedOf, thinned } from "../../../src/studies/cases/case-rows.ts";
import { caseStandings, verdictOf } from "../../../src/studies/cases/verdict.ts";
import { policyNamed } from "../../../src/studies/policies.ts";
import { aResult } from "../../support/builders/results.ts";

const CASE: CutCase = {
  name: "1-000-step",
  family: "step",
  racks: 12,
  think: "short",
  engine: "drawn away",
  extras: false,
  document: { spec: { seeds: [7] } },
};

const aRow = (changes: Partial<CaseRow>): CaseRow => ({
  ...caseRow(
    { found: CASE, caseDigest: "d", policy: policyNamed("static"), knob: 1 },
    aResult(100, 100),
  ),
  ...changes,
});

/** Three settings: 500, 160 or 50 of 10,000 missed on 100, 200 or 300 GPU-hours, times `worse`. */
const rowsOf = (policy: string, kind: CaseRow["kind"], worse: (name: string) => number) =>
  ["a", "b", "c", "d"].flatMap((name) =>
    [500, 160, 50].map((missed, at) =>
      aRow({
        case: name,
        policy,
        kind,
        knob: at + 1,
        violations: missed * worse(name),
        gpuHours: 100 * (at + 1),
      }),
    ),
  );

const contestant = (name: string, kind: CaseRow["kind"]) => ({ name, kind, knob: { default: 2 } });
const OURS = contestant("ours", "ours");
const BOOTSTRAP = { resamples: 200, seed: 1 };

describe("the verdict over cases", () => {
  const input = {
    rows: [
      ...rowsOf("ours", "ours", () => 1),
      ...rowsOf("twice", "baseline", () => 2),
      ...rowsOf("mixed", "baseline", (name) => (name === "a" ? 0.5 : 3)),
      ...rowsOf("oracle", "reference", () => 0.01),
    ],
    ours: OURS,
    others: [
      contestant("twice", "baseline"),
      contestant("mixed", "baseline"),
      contestant("oracle", "reference"),
    ],
    bootstrap: BOOTSTRAP,
  };
  const verdict = verdictOf(input);

  it("has one configuration for all, then tuned in hindsight, references in neither", () => {
    expect(verdict.policies.map(({ policy, tune }) => `${policy} ${tune}`).toSorted()).toEqual([
      "mixed each",
      "mixed one",
      "twice each",
      "twice one",
    ]);
    expect(verdict.cases).toBe(4);
  });

  it("gives no spread where every case says the same, and one where they differ", () => {
    const found = (policy: string) =>
      verdict.policies.find((each) => each.policy === policy && each.tune === "one")?.violations;
    const twice = found("twice");
    expect(twice?.mean).toBeGreaterThan(1.8);
    expect(twice?.low).toBeCloseTo(twice?.mean ?? 0, 9);
    const mixed = found("mixed");
    expect(mixed?.low).toBeLessThan(mixed?.mean ?? 0);
    expect(mixed?.high).toBeGreaterThan(mixed?.mean ?? 0);
  });

  it("lists what is lost, and to whom", () => {
    expect(verdict.losses.map((loss) => [loss.case, loss.policy])).toEqual([["a", "mixed"]]);
    expect(verdict.casesLost).toBe(1);
    expect(verdict.losses[0]?.violationsRatio).toBeLessThan(1);
  });

  it("is the same for the same rows", () => {
    expect(verdictOf(input)).toEqual(verdict);
  });

  it("shows every policy of a case at about our cost, references too", () => {
    const rows = caseStandings("a", input);
    expect(rows.map(({ row }) => [row.policy, row.kind, row.knob])).toEqual([
      ["ours", "ours", 2],
      ["twice", "baseline", 2],
      ["mixed", "baseline", 2],
      ["oracle", "reference", 2],
    ]);
    expect(rows.map(({ violationsAtOurGpuHours: at }) => Math.round(at ?? -1))).toEqual([
      160, 320, 80, 2,
    ]);
  });

  it("refuses rows without one of ours", () => {
    const rows = input.rows.filter(({ policy }) => policy !== "ours");
    expect(() => verdictOf({ ...input, rows })).toThrow("there is no row of ours");
  });
});

describe("a row", () => {
  const surge = {
    startSeconds: 60,
    cause: "traffic",
    factor: 2,
    outsideSeconds: 0,
    violations: 1,
    extraGpuHours: 1,
  };
  const absorbed = (...took: readonly (number | null)[]) => {
    const surges = took.map((timeToAbsorbSeconds) => ({ ...surge, timeToAbsorbSeconds }));
    const job = { found: CASE, caseDigest: "d", policy: policyNamed("static"), knob: 1 };
    const { absorbSeconds, neverAbsorbed } = caseRow(job, aResult(1, 1, { surges }));
    return { absorbSeconds, neverAbsorbed };
  };

  it.each([
    ["the mean over what disturbed it", [60, 120], { absorbSeconds: 90, neverAbsorbed: 0 }],
    ["never, where one was not", [60, null], { absorbSeconds: null, neverAbsorbed: 1 }],
    ["nothing, where nothing happened", [], { absorbSeconds: null, neverAbsorbed: 0 }],
  ])("says how long absorbing took: %s", (_, took, expected) => {
    expect(absorbed(...took)).toEqual(expected);
  });

  it("is found again by case, policy and knob", () => {
    const keys = [aRow({}), aRow({ knob: 2 }), aRow({ policy: "kpa" }), aRow({ caseDigest: "e" })];
    expect(new Set(keys.map(keyOf)).size).toBe(4);
    expect(keyOf(aRow({ violations: 5 }))).toBe(keyOf(aRow({})));
  });

  it("is of the case's own seed", () => {
    expect(seedOf(CASE)).toBe(7);
    expect(() => seedOf({ ...CASE, document: {} })).toThrow(RangeError);
  });
});

describe("a thinned sweep", () => {
  const knob = { name: "k", default: 3, sweep: [1, 2, 3, 4, 5, 6, 7, 8, 9] };
  it.each([
    ["keeps both ends and the default", knob, 4, [1, 3, 6, 9]],
    ["is whole where it is short enough", knob, 9, knob.sweep],
    ["is whole for 0", knob, 0, knob.sweep],
    ["has a default that is an end once", { ...knob, default: 9 }, 3, [1, 5, 9]],
    ["adds a default that was not swept", { ...knob, default: 2.5 }, 3, [1, 2.5, 9]],
  ])("%s", (_, from, count, expected) => {
    expect(thinned(from, count)).toEqual(expected);
  });
});
