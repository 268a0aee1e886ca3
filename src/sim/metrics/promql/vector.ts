/**
 * Instant vectors, split in two: a shape (whose values these are) and the values. Shapes are
 * compared by identity: as long as no series comes or goes an operator keeps what it worked out
 * about its inputs' labels, and a read is arithmetic over arrays.
 */
import type { LabelChoice } from "./syntax.ts";

/** Labels of one series, the metric's name under `__name__`. */
export type Labels = Readonly<Record<string, string>>;

export const METRIC_NAME = "__name__";

export type Shape = readonly Labels[];

/** Valid until the next evaluation: every operator fills one vector of its own again and again. */
export interface Vector {
  readonly shape: Shape;
  /** One for each entry of the shape, perhaps more behind them. */
  readonly values: Float64Array;
}

export const NO_SERIES: Shape = [];

/** One evaluation of queries at the same instant: what they share is computed once. */
export interface Evaluation {
  readonly at: number;
  /** Newer samples have not arrived yet. */
  readonly visibleUntil: number;
}

export interface VectorNode {
  /** @throws PromqlError where Prometheus would refuse to answer */
  evaluate(evaluation: Evaluation): Vector;
}

/** Remembers the last answer to one question about shapes. */
export class Remembered<Answer> {
  private left: Shape | null = null;
  private right: Shape | null = null;
  private answer: Answer | null = null;

  /** @returns null unless the same was asked last */
  of(left: Shape, right: Shape): Answer | null {
    return this.left === left && this.right === right ? this.answer : null;
  }

  keep(left: Shape, right: Shape, answer: Answer): Answer {
    this.left = left;
    this.right = right;
    this.answer = answer;
    return answer;
  }
}

/** @returns the labels that decide, `__name__` never unless it is asked for. */
export function chosen(labels: Labels, { only, labels: names }: LabelChoice): Labels {
  const decides = (name: string): boolean =>
    only ? names.includes(name) : name !== METRIC_NAME && !names.includes(name);
  const entries = Object.entries(labels).filter(([name]) => decides(name));
  return Object.fromEntries(entries);
}

/** @returns a text that is equal exactly for equal deciding labels. */
export function signatureOf(labels: Labels, { only, labels: names }: LabelChoice): string {
  if (only) {
    let text = "";
    for (const name of names) text += `${labels[name] ?? ""}\u0000`;
    return text;
  }
  const others = Object.keys(labels).filter((n) => n !== METRIC_NAME && !names.includes(n));
  return others.sort().reduce((text, name) => `${text}${name}\u0001${labels[name]}\u0000`, "");
}

/** @returns the shape without the metric's name. */
export const withoutName = (shape: Shape): Shape =>
  shape.map((labels) => {
    const { [METRIC_NAME]: _, ...rest } = labels;
    return rest;
  });

/** A vector that an operator fills at every evaluation; its cells are grown, never shrunk. */
export class Result implements Vector {
  shape: Shape = NO_SERIES;
  values = new Float64Array(16);

  /** Makes it one of this shape. @returns a cell for each of its series, holding anything */
  begin(shape: Shape): Float64Array {
    this.shape = shape;
    if (this.values.length < shape.length) this.values = new Float64Array(2 * shape.length);
    return this.values;
  }
}

export const NO_VECTOR: Vector = { shape: NO_SERIES, values: new Float64Array(0) };
