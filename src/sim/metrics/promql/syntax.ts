/** PromQL as a tree: the part of the language that the signal tables are written in. */

export interface Matcher {
  readonly label: string;
  readonly op: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

export type ArithmeticOp = "+" | "-" | "*" | "/";
export type ComparisonOp = "==" | "!=" | ">" | "<" | ">=" | "<=";
export type SetOp = "and" | "or" | "unless";
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp;
export type AggregateOp = "sum" | "avg" | "min" | "max" | "count";

/** Which labels decide: just these (`on`, `by`), or all but these (`ignoring`, `without`). */
export interface LabelChoice {
  readonly only: boolean;
  readonly labels: readonly string[];
}

export interface Selector {
  readonly kind: "selector";
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** null: an instant selector. */
  readonly rangeMs: number | null;
}

export type Expr =
  | { readonly kind: "number"; readonly value: number }
  | Selector
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] }
  | {
      readonly kind: "aggregate";
      readonly op: AggregateOp;
      readonly grouping: LabelChoice;
      readonly arg: Expr;
    }
  | {
      readonly kind: "binary";
      readonly op: BinaryOp;
      readonly matching: LabelChoice;
      readonly left: Expr;
      readonly right: Expr;
    };
