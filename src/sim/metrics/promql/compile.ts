/** Trees into nodes that evaluate. Equal parts of a fleet's queries become one node. */
import { AggregateNode } from "./aggregate.ts";
import { HistogramQuantileNode } from "./histogram-quantile.ts";
import { LeafNode, LOOKBACK_MS, SlidingWindow } from "./leaves.ts";
import type { Sides } from "./operators.ts";
import {
  ARITHMETIC,
  ArithmeticNode,
  COMPARISON,
  FilterNode,
  MapNode,
  SetNode,
} from "./operators.ts";
import { parsePromql } from "./parser.ts";
import { PromqlError } from "./lexer.ts";
import type { RangeFunction } from "./range-functions.ts";
import {
  counterFunction,
  deriv,
  lastOverTime,
  newestTimestamp,
  newestValue,
} from "./range-functions.ts";
import { Selection } from "./selection.ts";
import type { RangeRule, SeriesIndex } from "./series.ts";
import type { ArithmeticOp, BinaryOp, ComparisonOp, Expr, Selector, SetOp } from "./syntax.ts";
import { NO_VECTOR } from "./vector.ts";
import type { Evaluation, Vector, VectorNode } from "./vector.ts";

type Compiled =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "vector"; readonly node: VectorNode };

type Binary = Extract<Expr, { kind: "binary" }>;
type Call = Extract<Expr, { kind: "call" }>;

/** How many arguments the functions of vectors and numbers take. */
const ARGUMENTS: Readonly<Record<string, number>> = {
  timestamp: 1,
  histogram_quantile: 2,
  clamp_min: 2,
  clamp_max: 2,
};

const isArithmetic = (op: BinaryOp): op is ArithmeticOp => op in ARITHMETIC;
const isComparison = (op: BinaryOp): op is ComparisonOp => op in COMPARISON;
const isSetOp = (op: BinaryOp): op is SetOp => !isArithmetic(op) && !isComparison(op);

/** Evaluates once an instant, however many queries it is part of. */
class SharedNode implements VectorNode {
  private readonly node: VectorNode;
  private evaluated: Evaluation | null = null;
  private vector: Vector = NO_VECTOR;

  constructor(node: VectorNode) {
    this.node = node;
  }

  evaluate(evaluation: Evaluation): Vector {
    if (this.evaluated === evaluation) return this.vector;
    this.vector = this.node.evaluate(evaluation);
    this.evaluated = evaluation;
    return this.vector;
  }
}

export class QueryCompiler {
  private readonly index: SeriesIndex;
  private readonly rule: RangeRule;
  private readonly nodes = new Map<string, VectorNode>();
  private readonly windows = new Map<number, SlidingWindow>();
  private readonly readers: Readonly<Record<string, RangeFunction>>;

  constructor(index: SeriesIndex, rule: RangeRule) {
    this.index = index;
    this.rule = rule;
    this.readers = {
      rate: counterFunction(rule, true),
      increase: counterFunction(rule, false),
      deriv,
      last_over_time: lastOverTime,
    };
  }

  /** @throws PromqlError for what is no PromQL, outside the subset, or no instant vector */
  compile(promql: string): VectorNode {
    const compiled = this.expr(parsePromql(promql));
    if (compiled.kind === "vector") return compiled.node;
    throw new PromqlError("expected an instant vector, found a number");
  }

  private expr(expr: Expr): Compiled {
    if (expr.kind === "number") return { kind: "scalar", value: expr.value };
    if (expr.kind === "binary") return this.binary(expr);
    return { kind: "vector", node: this.shared(expr, () => this.node(expr)) };
  }

  private node(expr: Exclude<Expr, { kind: "number" } | Binary>): VectorNode {
    if (expr.kind === "call") return this.call(expr);
    if (expr.kind === "aggregate") {
      return new AggregateNode(expr.op, expr.grouping, this.vector(expr.arg));
    }
    if (expr.rangeMs !== null) {
      throw new PromqlError(`expected an instant vector, found the range ${expr.name}[...]`);
    }
    return this.leaf(expr, { read: newestValue, keepsName: true });
  }

  private binary(expr: Binary): Compiled {
    const { op, matching } = expr;
    const left = this.expr(expr.left);
    const right = this.expr(expr.right);
    if (left.kind === "vector" && right.kind === "vector") {
      const sides = { left: left.node, right: right.node, matching };
      return { kind: "vector", node: this.shared(expr, () => joined(op, sides)) };
    }
    if (isArithmetic(op) && left.kind === "scalar" && right.kind === "scalar") {
      return { kind: "scalar", value: ARITHMETIC[op](left.value, right.value) };
    }
    const node = this.shared(expr, () => withNumber(op, left, right));
    return { kind: "vector", node };
  }

  private call({ name, args }: Call): VectorNode {
    const reader = this.readers[name];
    if (reader !== undefined && Object.hasOwn(this.readers, name)) {
      const selector = rangeArgument(name, args);
      return this.leaf(selector, { read: reader, keepsName: name === "last_over_time" });
    }
    const [first, second] = args;
    if (first === undefined || args.length !== ARGUMENTS[name]) throw unknownCall(name, args);
    if (second === undefined) return this.timestamp(first);
    if (name === "histogram_quantile") {
      return new HistogramQuantileNode(this.scalar(first), this.vector(second));
    }
    const bound = this.scalar(second);
    const clamp = name === "clamp_min" ? Math.max : Math.min;
    return new MapNode(this.vector(first), (value) => clamp(value, bound));
  }

  /** Of anything but a plain series it is the instant of evaluation. */
  private timestamp(arg: Expr): VectorNode {
    if (arg.kind === "selector" && arg.rangeMs === null) {
      return this.leaf(arg, { read: newestTimestamp, keepsName: false });
    }
    return new MapNode(this.vector(arg), (_, at) => at / 1_000);
  }

  private leaf(selector: Selector, how: { read: RangeFunction; keepsName: boolean }): VectorNode {
    const selection = new Selection(this.index, selector);
    return new LeafNode({ selection, window: this.window(selector), ...how });
  }

  private window({ rangeMs }: Selector): SlidingWindow {
    const lengthMs = rangeMs ?? LOOKBACK_MS;
    const window = this.windows.get(lengthMs) ?? new SlidingWindow(lengthMs, this.rule);
    this.windows.set(lengthMs, window);
    return window;
  }

  private vector(expr: Expr): VectorNode {
    const compiled = this.expr(expr);
    if (compiled.kind === "vector") return compiled.node;
    throw new PromqlError(`expected an instant vector, found the number ${compiled.value}`);
  }

  private scalar(expr: Expr): number {
    const compiled = this.expr(expr);
    if (compiled.kind === "scalar") return compiled.value;
    throw new PromqlError("expected a number, found an instant vector");
  }

  private shared(expr: Expr, make: () => VectorNode): VectorNode {
    const key = JSON.stringify(expr);
    const known = this.nodes.get(key);
    if (known !== undefined) return known;
    const node = new SharedNode(make());
    this.nodes.set(key, node);
    return node;
  }
}

function joined(op: BinaryOp, sides: Sides): VectorNode {
  if (isSetOp(op)) return new SetNode(op, sides);
  if (isArithmetic(op)) return new ArithmeticNode(op, sides);
  throw new PromqlError(
    `the simulated Prometheus does not know ${op} between two vectors; expected a number on a side`,
  );
}

function withNumber(op: BinaryOp, left: Compiled, right: Compiled): VectorNode {
  if (isSetOp(op)) throw new PromqlError(`${op} is for vectors, found a number`);
  if (left.kind === "vector" && right.kind === "scalar") {
    const { value } = right;
    return isArithmetic(op)
      ? new MapNode(left.node, (v) => ARITHMETIC[op](v, value))
      : new FilterNode(left.node, (v) => COMPARISON[op](v, value));
  }
  if (left.kind === "scalar" && right.kind === "vector") {
    const { value } = left;
    return isArithmetic(op)
      ? new MapNode(right.node, (v) => ARITHMETIC[op](value, v))
      : new FilterNode(right.node, (v) => COMPARISON[op](value, v));
  }
  throw new PromqlError(`${op} between two numbers needs bool, which is not simulated`);
}

function rangeArgument(name: string, args: readonly Expr[]): Selector {
  const [only] = args;
  if (only?.kind === "selector" && only.rangeMs !== null && args.length === 1) return only;
  throw new PromqlError(`${name} expects one range such as x[5m]`);
}

const unknownCall = (name: string, { length }: readonly Expr[]): PromqlError =>
  new PromqlError(
    `the simulated Prometheus does not know ${name} with ${length} arguments; it knows rate, ` +
      "increase, deriv, last_over_time (a range), timestamp (a vector), clamp_min, clamp_max " +
      "(a vector, a number), histogram_quantile (a number, a vector)",
  );
