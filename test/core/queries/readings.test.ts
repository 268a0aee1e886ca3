import { describe, expect, it } from "vitest";
import { planFleet, type PlannedReading } from "../../../src/core/queries/fleet-plan.ts";
import {
  type AnsweredSeries,
  type BatchOutcome,
  everyReading,
  readingOf,
} from "../../../src/core/queries/readings.ts";
import { SIGNAL_UNITS } from "../../../src/core/signals/names.ts";
import { aFleet, anObjective } from "../../adapters/prometheus/a-fleet.ts";

const PLANNED: PlannedReading = {
  kind: "planned",
  value: { batch: "load", key: "v" },
  newest: { batch: "load", key: "n" },
  coverage: { batch: "freshness", key: "c" },
  combine: { kind: "one" },
  factor: 1 / 60,
};

const series = (value: number, labels: Readonly<Record<string, string>> = {}): AnsweredSeries => ({
  labels,
  value,
});

const answered = (
  name: string,
  parts: Readonly<Record<string, readonly AnsweredSeries[]>>,
  degraded: string | null = null,
): BatchOutcome => ({
  kind: "answered",
  batch: { name, parts: Object.keys(parts).map((key) => ({ key, promql: `query of ${key}` })) },
  parts: new Map(Object.entries(parts)),
  degraded,
});

interface Answers {
  readonly v?: readonly AnsweredSeries[];
  readonly n?: readonly AnsweredSeries[];
  readonly c?: readonly AnsweredSeries[];
}

function read({ v = [series(120)], n = [series(1_700.25)], c = [series(0.75)] }: Answers) {
  const load = answered("load", { v, n });
  const outcomes = new Map([
    ["load", load],
    ["freshness", answered("freshness", { c })],
  ]);
  return readingOf(PLANNED, outcomes);
}

describe("a reading", () => {
  it("has the value in the signal's unit, its age and the share of targets", () => {
    expect(read({})).toEqual({
      kind: "value",
      value: 2,
      observedAt: 1_700_250,
      coverage: 0.75,
      degraded: null,
    });
  });

  it.each<[string, Answers, string, string]>([
    ["a value", { v: [] }, "empty", "no samples for query of v"],
    ["a newest sample", { n: [] }, "empty", "no samples for query of n"],
    ["one value", { v: [series(1), series(2)] }, "bad-answer", "query load: expected one series"],
    ["one age", { n: [series(1), series(2)] }, "bad-answer", "expected one series for n, found 2"],
    ["one coverage", { c: [series(1), series(2)] }, "bad-answer", "for c, found 2"],
  ])("is absent without %s", (_, answers, problem, detail) => {
    expect(read(answers)).toMatchObject({ problem, detail: expect.stringContaining(detail) });
  });

  it("without coverage is not trusted: 0, and it says so", () => {
    expect(read({ c: [] })).toMatchObject({
      coverage: 0,
      degraded: "coverage unknown: no samples for query of c",
    });
  });

  it("says once what several answers warn of", () => {
    const outcomes = new Map([
      ["load", answered("load", { v: [series(1)], n: [series(1)] }, "store b is down")],
      ["freshness", answered("freshness", { c: [series(1)] }, "store c is down")],
    ]);
    expect(readingOf(PLANNED, outcomes)).toMatchObject({
      degraded: "store b is down; store c is down",
    });
  });

  it("of a batch that failed, or was not asked, is absent", () => {
    const failed: BatchOutcome = { kind: "failed", problem: "timeout", detail: "too slow" };
    const freshness = answered("freshness", { c: [series(1)] });
    expect(readingOf(PLANNED, new Map([["load", failed]]))).toMatchObject({ problem: "timeout" });
    expect(readingOf(PLANNED, new Map([["freshness", freshness]]))).toMatchObject({
      problem: "bad-answer",
      detail: "query load was not asked",
    });
    const refused = { kind: "refused", detail: "cannot tell" } as const;
    expect(readingOf(refused, new Map())).toMatchObject({ problem: "not-configured" });
  });
});

describe("a sum of label products", () => {
  const products = (v: readonly AnsweredSeries[]) => {
    const combine = { kind: "sum-of-label-products", labels: ["size", "count"] } as const;
    const outcomes = new Map([
      ["load", answered("load", { v, n: [series(1)] })],
      ["freshness", answered("freshness", { c: [series(1)] })],
    ]);
    return readingOf({ ...PLANNED, combine, factor: 1 }, outcomes);
  };

  it("multiplies each value by what its labels hold", () => {
    const both = [series(2, { size: "16", count: "10" }), series(1, { size: "8", count: "5" })];
    expect(products(both)).toMatchObject({ value: 2 * 160 + 40 });
  });

  it.each(["1.5", "None", "", "-1"])("refuses the label %j", (count) => {
    expect(products([series(1, { size: "16", count })])).toMatchObject({
      problem: "bad-answer",
      detail: `query load: v needs a whole number in the label count, found "${count}"`,
    });
  });
});

describe("a snapshot", () => {
  it("has every signal and every objective", () => {
    const objectives = [anObjective({ name: "a" }), anObjective({ name: "b", metric: "ITL" })];
    const plan = planFleet(aFleet({}, { objectives }));
    const reading = { kind: "absent", problem: "timeout", detail: "late" } as const;
    const snapshot = everyReading(plan, () => reading);
    expect(Object.keys(snapshot.signals)).toEqual(Object.keys(SIGNAL_UNITS));
    expect(snapshot.objectives).toEqual([
      { name: "a", share: reading },
      { name: "b", share: reading },
    ]);
  });
});
