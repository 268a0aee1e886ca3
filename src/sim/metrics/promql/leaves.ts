/** The leaves of a query: series read at an instant, or through a function over a window. */
import type { TimeAxis } from "../time-axis.ts";
import type { RangeFunction, Results, Window } from "./range-functions.ts";
import type { Selection } from "./selection.ts";
import type { RangeRule, Run } from "./series.ts";
import type { Evaluation, Shape, Vector, VectorNode } from "./vector.ts";
import { NO_SERIES, Values, withoutName } from "./vector.ts";

/** An instant selector finds samples up to this old: Prometheus' --query.lookback-delta. */
export const LOOKBACK_MS = 300_000;

export interface LeafOptions {
  readonly selection: Selection;
  readonly rule: RangeRule;
  readonly windowMs: number;
  readonly read: RangeFunction;
  readonly keepsName: boolean;
}

const NO_VECTOR: Vector = { shape: NO_SERIES, values: new Float64Array(0) };

export class LeafNode implements VectorNode {
  private readonly options: LeafOptions;
  private readonly values = new Values();
  private readonly window: Window = { firstRow: 0, endRow: 0, fromMs: 0, toMs: 0 };
  private readonly present: PresentSeries;

  constructor(options: LeafOptions) {
    this.options = options;
    this.present = new PresentSeries(options.keepsName);
  }

  evaluate(evaluation: Evaluation): Vector {
    const { selection, read } = this.options;
    const runs = selection.runs();
    if (runs.length === 0) return NO_VECTOR;
    const { shape } = selection;
    const results: Results = { cells: this.values.room(shape.length), at: 0 };
    let axis: TimeAxis | null = null;
    this.present.begin(shape);
    for (const run of runs) {
      if (run.axis !== axis) {
        axis = run.axis;
        this.placeWindow(run, evaluation);
      }
      if (read(this.window, run, results)) results.at += run.length;
      else this.present.miss(run);
    }
    return { shape: this.present.end(runs), values: results.cells };
  }

  private placeWindow({ axis }: Run, { at, visibleUntil }: Evaluation): void {
    const { window } = this;
    const { rule, windowMs } = this.options;
    window.fromMs = at - windowMs;
    window.toMs = at;
    const isOpen = rule === "left-open";
    window.firstRow = isOpen ? axis.rowAfter(window.fromMs) : axis.rowFrom(window.fromMs);
    window.endRow = axis.rowAfter(Math.min(at, visibleUntil));
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
    this.missing.length = 0;
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
