/** `sum`, `avg`, `min`, `max` and `count` over groups of series. */
import type { AggregateOp, LabelChoice } from "./syntax.ts";
import { chosen, NO_SERIES, Remembered, Result, signatureOf } from "./vector.ts";
import type { Evaluation, Labels, Shape, Vector, VectorNode } from "./vector.ts";

/** The group of every input, and the labels of every group, in order of first appearance. */
export interface Groups {
  readonly groupOf: Int32Array;
  readonly shape: Shape;
}

export function groupsOf(shape: Shape, grouping: LabelChoice): Groups {
  const known = new Map<string, number>();
  const labels: Labels[] = [];
  const groupOf = new Int32Array(shape.length);
  shape.forEach((series, index) => {
    const signature = signatureOf(series, grouping);
    const group = known.get(signature) ?? labels.length;
    if (group === labels.length) {
      known.set(signature, group);
      labels.push(chosen(series, grouping));
    }
    groupOf[index] = group;
  });
  return { groupOf, shape: labels };
}

/** How a value joins its group; `size` counts it already. A group begins with its first value. */
type Step = (sofar: number, value: number, size: number) => number;

const STEP: Readonly<Record<Exclude<AggregateOp, "sum">, Step>> = {
  avg: (sofar, value, size) => sofar + (value - sofar) / size,
  min: (sofar, value) => (value < sofar || Number.isNaN(sofar) ? value : sofar),
  max: (sofar, value) => (value > sofar || Number.isNaN(sofar) ? value : sofar),
  count: (_sofar, _value, size) => size,
};

export class AggregateNode implements VectorNode {
  private readonly child: VectorNode;
  private readonly op: AggregateOp;
  private readonly grouping: LabelChoice;
  private readonly remembered = new Remembered<Groups>();
  private readonly result = new Result();
  private sizes = new Uint32Array(1);

  constructor(op: AggregateOp, grouping: LabelChoice, child: VectorNode) {
    this.op = op;
    this.grouping = grouping;
    this.child = child;
  }

  evaluate(evaluation: Evaluation): Vector {
    const input = this.child.evaluate(evaluation);
    const groups =
      this.remembered.of(input.shape, NO_SERIES) ??
      this.remembered.keep(input.shape, NO_SERIES, groupsOf(input.shape, this.grouping));
    const values = this.result.begin(groups.shape);
    if (this.op === "sum") sumInto(values, input, groups);
    else this.stepInto(values, input, groups, STEP[this.op]);
    return this.result;
  }

  private stepInto(values: Float64Array, input: Vector, groups: Groups, step: Step): void {
    const { groupOf, shape } = groups;
    if (this.sizes.length < shape.length) this.sizes = new Uint32Array(2 * shape.length);
    const sizes = this.sizes.fill(0);
    for (let i = 0; i < groupOf.length; i += 1) {
      const group = groupOf[i] ?? 0;
      const value = input.values[i] ?? Number.NaN;
      const size = (sizes[group] ?? 0) + 1;
      sizes[group] = size;
      const isFirst = size === 1 && this.op !== "count";
      values[group] = isFirst ? value : step(values[group] ?? Number.NaN, value, size);
    }
  }
}

/** Apart from the others, as it is what most queries end in. */
function sumInto(values: Float64Array, input: Vector, { groupOf, shape }: Groups): void {
  for (let group = 0; group < shape.length; group += 1) values[group] = 0;
  for (let i = 0; i < groupOf.length; i += 1) {
    const group = groupOf[i] ?? 0;
    values[group] = (values[group] ?? 0) + (input.values[i] ?? Number.NaN);
  }
}
