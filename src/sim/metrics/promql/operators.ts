/** Arithmetic, comparisons and set operators between vectors and numbers. */
import { PromqlError } from "./lexer.ts";
import type { ArithmeticOp, ComparisonOp, LabelChoice, SetOp } from "./syntax.ts";
import {
  chosen,
  NO_SERIES,
  NO_VECTOR,
  Remembered,
  Result,
  signatureOf,
  withoutName,
} from "./vector.ts";
import type { Evaluation, Labels, Shape, Vector, VectorNode } from "./vector.ts";

export const ARITHMETIC: Readonly<Record<ArithmeticOp, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

export const COMPARISON: Readonly<Record<ComparisonOp, (a: number, b: number) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
};

/** Applies a function to every value; the result is another thing, so it loses the name. */
export class MapNode implements VectorNode {
  private readonly child: VectorNode;
  private readonly apply: (value: number, at: number) => number;
  private readonly remembered = new Remembered<Shape>();
  private readonly result = new Result();

  /** @param apply is also told the instant of evaluation, Unix milliseconds */
  constructor(child: VectorNode, apply: (value: number, at: number) => number) {
    this.child = child;
    this.apply = apply;
  }

  evaluate(evaluation: Evaluation): Vector {
    const input = this.child.evaluate(evaluation);
    const shape =
      this.remembered.of(input.shape, NO_SERIES) ??
      this.remembered.keep(input.shape, NO_SERIES, withoutName(input.shape));
    const values = this.result.begin(shape);
    for (let i = 0; i < shape.length; i += 1) {
      values[i] = this.apply(input.values[i] ?? Number.NaN, evaluation.at);
    }
    return this.result;
  }
}

/** Keeps the series whose value passes, as they are. */
export class FilterNode implements VectorNode {
  private readonly child: VectorNode;
  private readonly passes: (value: number) => boolean;
  private readonly result = new Result();

  constructor(child: VectorNode, passes: (value: number) => boolean) {
    this.child = child;
    this.passes = passes;
  }

  evaluate(evaluation: Evaluation): Vector {
    const input = this.child.evaluate(evaluation);
    let passing = 0;
    for (let i = 0; i < input.shape.length; i += 1) {
      if (this.passes(input.values[i] ?? Number.NaN)) passing += 1;
    }
    if (passing === input.shape.length) return input;
    return passing === 0 ? NO_VECTOR : this.some(input);
  }

  private some({ shape, values }: Vector): Vector {
    const kept = shape.flatMap((_, i) => (this.passes(values[i] ?? Number.NaN) ? [i] : []));
    const cells = this.result.begin(kept.map((place) => shape[place] ?? {}));
    copyPlaces(values, kept, cells, 0);
    return this.result;
  }
}

/** Copies the values at `places` into the cells from `at` on. */
function copyPlaces(
  values: Float64Array,
  places: readonly number[],
  cells: Float64Array,
  at: number,
): void {
  for (let i = 0; i < places.length; i += 1) {
    cells[at + i] = values[places[i] ?? 0] ?? Number.NaN;
  }
}

/** Pairs of places, left and right. */
interface Pairs {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly shape: Shape;
}

export interface Sides {
  readonly left: VectorNode;
  readonly right: VectorNode;
  readonly matching: LabelChoice;
}

/** Arithmetic between series with equal labels, one to one. */
export class ArithmeticNode implements VectorNode {
  private readonly sides: Sides;
  private readonly apply: (a: number, b: number) => number;
  private readonly remembered = new Remembered<Pairs>();
  private readonly result = new Result();

  constructor(op: ArithmeticOp, sides: Sides) {
    this.apply = ARITHMETIC[op];
    this.sides = sides;
  }

  evaluate(evaluation: Evaluation): Vector {
    const left = this.sides.left.evaluate(evaluation);
    const right = this.sides.right.evaluate(evaluation);
    const pairs =
      this.remembered.of(left.shape, right.shape) ??
      this.remembered.keep(
        left.shape,
        right.shape,
        pairsOf(left.shape, right.shape, this.sides.matching),
      );
    const values = this.result.begin(pairs.shape);
    for (let i = 0; i < pairs.shape.length; i += 1) {
      const a = left.values[pairs.left[i] ?? 0] ?? Number.NaN;
      values[i] = this.apply(a, right.values[pairs.right[i] ?? 0] ?? Number.NaN);
    }
    return this.result;
  }
}

/** @throws PromqlError when a side has two series with the same deciding labels */
function pairsOf(left: Shape, right: Shape, matching: LabelChoice): Pairs {
  const places = new Map<string, number>();
  right.forEach((labels, place) => {
    const signature = signatureOf(labels, matching);
    if (places.has(signature)) throw ambiguous("right", labels);
    places.set(signature, place);
  });
  const pairs = new Map<number, number>();
  const shape: Labels[] = [];
  left.forEach((labels, place) => {
    const partner = places.get(signatureOf(labels, matching));
    if (partner === undefined) return;
    if (pairs.has(partner)) throw ambiguous("left", labels);
    pairs.set(partner, place);
    shape.push(chosen(labels, matching));
  });
  return { left: [...pairs.values()], right: [...pairs.keys()], shape };
}

const ambiguous = (side: string, labels: Labels): PromqlError =>
  new PromqlError(
    `several series on the ${side} side match one on the other: ${JSON.stringify(labels)}; ` +
      "aggregate them first",
  );

/** Places of the series that a set operator keeps of each side. */
interface Kept {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly shape: Shape;
}

/** `and`, `or`, `unless`: series of the left side, and for `or` those of the right it lacks. */
export class SetNode implements VectorNode {
  private readonly op: SetOp;
  private readonly sides: Sides;
  private readonly remembered = new Remembered<Kept>();
  private readonly result = new Result();

  constructor(op: SetOp, sides: Sides) {
    this.op = op;
    this.sides = sides;
  }

  evaluate(evaluation: Evaluation): Vector {
    const left = this.sides.left.evaluate(evaluation);
    const right = this.sides.right.evaluate(evaluation);
    if (right.shape.length === 0) return this.op === "and" ? NO_VECTOR : left;
    if (left.shape.length === 0) return this.op === "or" ? right : left;
    const kept =
      this.remembered.of(left.shape, right.shape) ??
      this.remembered.keep(left.shape, right.shape, this.kept(left, right));
    if (kept.shape === left.shape) return left;
    const cells = this.result.begin(kept.shape);
    copyPlaces(left.values, kept.left, cells, 0);
    copyPlaces(right.values, kept.right, cells, kept.left.length);
    return this.result;
  }

  private kept({ shape: left }: Vector, { shape: right }: Vector): Kept {
    const { matching } = this.sides;
    const there = new Set((this.op === "or" ? left : right).map((l) => signatureOf(l, matching)));
    const isThere = (labels: Labels): boolean => there.has(signatureOf(labels, matching));
    const placesIn = (shape: Shape, keep: (labels: Labels) => boolean): readonly number[] =>
      shape.flatMap((labels, place) => (keep(labels) ? [place] : []));
    const wanted = this.op === "and";
    const ofLeft =
      this.op === "or" ? placesIn(left, () => true) : placesIn(left, (l) => isThere(l) === wanted);
    const ofRight = this.op === "or" ? placesIn(right, (l) => !isThere(l)) : [];
    const shape = [
      ...ofLeft.map((place) => left[place] ?? {}),
      ...ofRight.map((place) => right[place] ?? {}),
    ];
    const isWhole = ofRight.length === 0 && ofLeft.length === left.length;
    return { left: ofLeft, right: ofRight, shape: isWhole ? left : shape };
  }
}
