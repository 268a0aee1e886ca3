import { describe, expect, it } from "vitest";
import { bootstrapContest } from "../../../src/studies/compare/bootstrap.ts";
import type { BootstrapInput } from "../../../src/studies/compare/bootstrap.ts";
import { contest } from "../../../src/studies/compare/contest.ts";
import { someSettings } from "../../support/builders/fronts.ts";
import type { Points } from "../../support/builders/fronts.ts";

const US = [
  [100, 0.05],
  [200, 0.005],
] as const;
const times = (factor: number) => US.map(([hours, missed]) => [hours, missed * factor] as const);

const input = (ours: Points, theirs: Points): BootstrapInput => ({
  ours: someSettings(ours),
  theirs: someSettings(theirs),
  tune: "one",
  dearest: new Map(Object.keys(ours).map((name) => [name, 1_000])),
  yardsticks: new Map(Object.keys(ours).map((name) => [name, 100])),
});

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"];
const all = (of: (at: number) => Points[string]): Points =>
  Object.fromEntries(NAMES.map((name, at) => [name, of(at)]));

describe("the bootstrap of a contest", () => {
  const options = { resamples: 300, seed: 1 };

  it("has the mean of the contest itself, and the same interval for the same seed", () => {
    const mixed = input(
      all(() => US),
      all((at) => times(1 + at)),
    );
    const found = bootstrapContest(mixed, options);
    expect(found.violations.mean).toBe(contest(mixed).violations.mean);
    expect(bootstrapContest(mixed, options)).toEqual(found);
    expect(bootstrapContest(mixed, { ...options, seed: 2 }).violations).not.toEqual(
      found.violations,
    );
  });

  it("is certain where every case says the same", () => {
    const { violations } = bootstrapContest(
      input(
        all(() => US),
        all(() => times(3)),
      ),
      options,
    );
    expect(violations.high - violations.low).toBeLessThan(1e-9);
  });

  it("holds a mean over many cases more narrowly than its cases are spread", () => {
    const cases = input(
      all(() => US),
      all((at) => times(at % 2 === 0 ? 1 : 4)),
    );
    const { low, mean, high } = bootstrapContest(cases, options).violations;
    expect(low).toBeGreaterThan(1);
    expect(high).toBeLessThan(4);
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
  });

  it("leaves counts of levels as they were", () => {
    const even = input(
      all(() => US),
      all(() => US),
    );
    const { compared, lostByThem, lostByUs } = bootstrapContest(even, options);
    expect({ compared, lostByThem, lostByUs }).toEqual({
      compared: 5 * NAMES.length,
      lostByThem: 0,
      lostByUs: 0,
    });
  });
});
