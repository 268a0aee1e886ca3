import { describe, expect, it } from "vitest";
import { PromqlError } from "../../../../src/sim/metrics/promql/lexer.ts";
import { Selection } from "../../../../src/sim/metrics/promql/selection.ts";
import type { Series } from "../../../../src/sim/metrics/promql/series.ts";
import type { Matcher } from "../../../../src/sim/metrics/promql/syntax.ts";
import { aSeries, labelled } from "../../../support/scrapes/literal-series.ts";

const TEXTS = ['up{job="a",pod="x-1"}', 'up{job="b"}', 'up{job="c\nd",pod="x-2"}'];
const SERIES = TEXTS.map((text) => aSeries(labelled(text), { 0: 1 }));

function selectionOf(matchers: readonly Matcher[], rangeMs: number | null = null) {
  const shown: { generation: number; series: readonly Series[] } = {
    generation: 0,
    series: SERIES,
  };
  const index = { generation: () => shown.generation, named: () => shown.series };
  return {
    shown,
    selection: new Selection(index, { kind: "selector", name: "up", matchers, rangeMs }),
  };
}

function found(matchers: readonly Matcher[]): readonly (string | undefined)[] {
  const { selection } = selectionOf(matchers);
  selection.runs();
  return selection.shape.map(({ job }) => job?.slice(0, 1));
}

describe("a selector", () => {
  it.each<[Matcher["op"], string, string, string]>([
    ["=", "job", "a", "a"],
    ["!=", "job", "a", "bc"],
    ["=", "pod", "", "b"],
    ["!=", "pod", "", "ac"],
    ["=~", "job", "a|b", "ab"],
    ["=~", "pod", "x", ""],
    ["=~", "pod", "x-.+", "ac"],
    ["!~", "pod", "(x)-1", "bc"],
    ["=~", "job", "c.d", "c"],
  ])("matches %s %s %j: %j", (op, label, value, jobs) => {
    expect(found([{ label, op, value }]).join("")).toBe(jobs);
  });

  it("takes all of its matchers", () => {
    const both = [
      { label: "job", op: "!=", value: "a" },
      { label: "pod", op: "=~", value: "x-.*" },
    ] as const;
    expect(found(both)).toEqual(["c"]);
  });

  it("looks again only when a series came or went, and then has another shape", () => {
    const { shown, selection } = selectionOf([]);
    selection.runs();
    const { shape } = selection;
    shown.series = [];
    expect(selection.runs()).toHaveLength(3);
    expect(selection.shape).toBe(shape);
    shown.generation = 1;
    expect(selection.runs()).toHaveLength(0);
  });

  it("refuses a window longer than samples are kept", () => {
    const { selection } = selectionOf([], 7_200_000);
    expect(() => selection.runs()).toThrow(PromqlError);
    expect(() => selection.runs()).toThrow("up[7200s] reaches back too far: the simulated");
  });

  it("refuses what is no pattern, and names among the labels", () => {
    expect(() => selectionOf([{ label: "a", op: "=~", value: "(" }])).toThrow(
      '"(" is no regular expression',
    );
    expect(() => selectionOf([{ label: "__name__", op: "=", value: "x" }])).toThrow(
      "write the metric's name before",
    );
  });
});
