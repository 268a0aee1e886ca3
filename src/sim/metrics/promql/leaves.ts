/** The leaves of a query: series read at an instant, or through a function over a window. */
import type { TimeAxis } from "../time-axis.ts";
import type { RangeFunction, Results, Window } from "./range-functions.ts";
import type { Selection } from "./selection.ts";
import type { RangeRule, Run } from "./series.ts";
import type { Evaluation, Shape, Vector, VectorNode } from "./vector.ts";
import { NO_VECTOR, Result, withoutName } from "./vector.ts";

/** An instant selector finds samples up to this old: Prometheus' --query.lookback-delta. */
export const LOOKBACK_MS = 300_000;

export interface LeafOptions {
  readonly selection: Selection;
  readonly window: SlidingWindow;
  readonly read: RangeFunction;
  readonly keepsName: boolean;
}

/** A window of one length, placed once for all leaves that look through it at an instant. */
export class SlidingWindow implements Window {
  firstRow = 0;
  endRow = 0;
  fromMs = Number.NaN;
  toMs = Number.NaN;
  private readonly lengthMs: number;
  private readonly isOpen: boolean;
  private axis: TimeAxis | null = null;
  private evaluation: Evaluation | null = null;

  constructor(lengthMs: number, rule: RangeRule) {
    this.lengthMs = lengthMs;
    this.isOpen = rule === "left-open";
  }

  place(axis: TimeAxis, evaluation: Evaluation): void {
    if (this.axis === axis && this.evaluation === evaluation) return;
    this.axis = axis;
    this.evaluation = evaluation;
    const { at, visibleUntil } = evaluation;
    this.fromMs = at - this.lengthMs;
    this.toMs = at;
    this.firstRow = this.isOpen ? axis.rowAfter(this.fromMs) : axis.rowFrom(this.fromMs);
    this.endRow = axis.rowAfter(Math.min(at, visibleUntil));
  }
}

export class LeafNode implements VectorNode {
  private readonly options: LeafOptions;
  private readonly result = new Result();
  private readonly results: Results = { cells: this.result.values, at: 0 };
  private readonly present: PresentSeries;

  constructor(options: LeafOptions) {
    this.options = options;
    this.present = new PresentSeries(options.keepsName);
  }

  evaluate(evaluation: Evaluation): Vector {
    const { selection, window, read } = this.options;
    const { results, present, result } = this;
    const runs = selection.runs();
    if (runs.length === 0) return NO_VECTOR;
    results.cells = result.begin(selection.shape);
    results.at = 0;
    present.begin(selection.shape);
    for (const run of runs) {
      window.place(run.axis, evaluation);
      if (read(window, run, results)) results.at += run.length;
      else present.miss(run);
    }
    result.shape = present.end(runs);
    return result;
  }
}

/** The shape of those series of a selection that have a result; the same one while they do. */
class PresentSeries {
  private readonly keepsName: boolean;
  private selected: Shape = [];
  private all: Shape = [];
  private missing: Run[] = [];
  private missingBefore: Run[] = [];
  private shape: Shape = [];

  constructor(keepsName: boolean) {
    this.keepsName = keepsName;
  }

  begin(selected: Shape): void {
    // Emptying an array is a call, also where it is empty: once a leaf and tick, it shows.
    if (this.missing.length > 0) this.missing.length = 0;
    if (this.selected === selected) return;
    this.selected = selected;
    this.all = this.keepsName ? selected : withoutName(selected);
    this.shape = this.all;
    this.missingBefore.length = 0;
  }

  miss(run: Run): void {
    this.missing.push(run);
  }

  end(runs: readonly Run[]): Shape {
    const [now, before] = [this.missing, this.missingBefore];
    if (now.length === before.length && now.every((run, i) => run === before[i])) {
      return this.shape;
    }
    this.shape = now.length === 0 ? this.all : this.without(new Set(now), runs);
    this.missing = before;
    this.missingBefore = now;
    return this.shape;
  }

  private without(missing: ReadonlySet<Run>, runs: readonly Run[]): Shape {
    let place = 0;
    return runs.flatMap((run) => {
      const from = place;
      place += run.length;
      return missing.has(run) ? [] : this.all.slice(from, place);
    });
  }
}
