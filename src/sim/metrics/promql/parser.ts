/** PromQL tokens into a tree, by precedence climbing; what is outside the subset is refused. */
import type { Token } from "./lexer.ts";
import { PromqlError, tokensOf } from "./lexer.ts";
import type { AggregateOp, BinaryOp, Expr, LabelChoice, Matcher, Selector } from "./syntax.ts";

/** How tightly operators bind, loosest first. All are left-associative. */
const PRECEDENCE: ReadonlyMap<string, number> = new Map(
  [["or"], ["and", "unless"], ["==", "!=", "<", ">", "<=", ">="], ["+", "-"], ["*", "/"]].flatMap(
    (ops, level) => ops.map((op) => [op, level + 1] as const),
  ),
);
const AGGREGATES: readonly string[] = ["sum", "avg", "min", "max", "count"];
const NOT_SIMULATED: readonly string[] = ["offset", "@", "^", "%", "bool", "group_left"];

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

const ALL_LABELS: LabelChoice = { only: false, labels: [] };
const NO_LABELS: LabelChoice = { only: true, labels: [] };

/** @throws PromqlError with the place, what was found and what was expected */
export function parsePromql(text: string): Expr {
  const parser = new Parser(tokensOf(text));
  const expr = parser.binary(1);
  parser.end();
  return expr;
}

const isBinaryOp = (text: string): text is BinaryOp => PRECEDENCE.has(text);
const isAggregate = (text: string): text is AggregateOp => AGGREGATES.includes(text);
const isMatcherOp = (text: string): text is Matcher["op"] => ["=", "!=", "=~", "!~"].includes(text);

class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  end(): void {
    if (this.peek().kind !== "end") this.fail("an operator or the end");
  }

  binary(minimum: number): Expr {
    let left = this.unary();
    for (;;) {
      const op = this.peek();
      const level = PRECEDENCE.get(op.text) ?? 0;
      if (op.kind === "string" || level < minimum || !isBinaryOp(op.text)) return left;
      this.next += 1;
      const matching = this.choice("on", "ignoring") ?? ALL_LABELS;
      left = { kind: "binary", op: op.text, matching, left, right: this.binary(level + 1) };
    }
  }

  private unary(): Expr {
    if (!this.accept("-")) return this.primary();
    const zero: Expr = { kind: "number", value: 0 };
    return { kind: "binary", op: "-", matching: ALL_LABELS, left: zero, right: this.primary() };
  }

  private primary(): Expr {
    const token = this.peek();
    this.next += 1;
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.kind === "symbol" && token.text === "(") return this.closed(this.binary(1));
    if (token.kind === "word" && !isBinaryOp(token.text)) return this.named(token.text);
    this.next -= 1;
    return this.fail("a number, a series, a function or (");
  }

  private named(name: string): Expr {
    if (isAggregate(name)) return this.aggregate(name);
    if (this.accept("(")) return this.call(name);
    return this.selector(name);
  }

  private aggregate(op: AggregateOp): Expr {
    const before = this.choice("by", "without");
    this.expect("(");
    const arg = this.closed(this.binary(1));
    const grouping = before ?? this.choice("by", "without") ?? NO_LABELS;
    return { kind: "aggregate", op, grouping, arg };
  }

  private call(name: string): Expr {
    const args: Expr[] = [];
    if (this.accept(")")) return { kind: "call", name, args };
    do args.push(this.binary(1));
    while (this.accept(","));
    return this.closed({ kind: "call", name, args });
  }

  private selector(name: string): Selector {
    const matchers: Matcher[] = [];
    if (this.accept("{")) {
      while (!this.accept("}")) {
        matchers.push(this.matcher());
        if (!this.accept(",") && this.peek().text !== "}") this.fail(", or }");
      }
    }
    return { kind: "selector", name, matchers, rangeMs: this.range() };
  }

  private matcher(): Matcher {
    const label = this.take("word", "a label name").text;
    const op = this.peek().text;
    if (!isMatcherOp(op)) return this.fail("=, !=, =~ or !~");
    this.next += 1;
    return { label, op, value: this.take("string", "a quoted value").text };
  }

  private range(): number | null {
    if (!this.accept("[")) return null;
    const { text } = this.take("duration", "a duration such as 5m");
    this.expect("]");
    const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)];
    return parts.reduce((sum, [, n, unit = "s"]) => sum + Number(n) * (UNIT_MS[unit] ?? 0), 0);
  }

  /** `on (a, b)` or `ignoring (a)`, `by` or `without`; null when neither comes. */
  private choice(only: string, except: string): LabelChoice | null {
    const { kind, text } = this.peek();
    if (kind !== "word" || (text !== only && text !== except)) return null;
    this.next += 1;
    this.expect("(");
    const labels: string[] = [];
    while (!this.accept(")")) {
      labels.push(this.take("word", "a label name").text);
      if (!this.accept(",") && this.peek().text !== ")") this.fail(", or )");
    }
    return { only: text === only, labels };
  }

  private closed(expr: Expr): Expr {
    this.expect(")");
    return expr;
  }

  private peek(): Token {
    return this.tokens[this.next] ?? { kind: "end", text: "the end", at: 0 };
  }

  private accept(symbol: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== "symbol" || text !== symbol) return false;
    this.next += 1;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.accept(symbol)) this.fail(symbol);
  }

  private take(kind: Token["kind"], expected: string): Token {
    const token = this.peek();
    if (token.kind !== kind) return this.fail(expected);
    this.next += 1;
    return token;
  }

  private fail(expected: string): never {
    const { text, at, kind } = this.peek();
    const known = kind !== "string" && NOT_SIMULATED.includes(text);
    const why = known ? `, which the simulated Prometheus does not know` : "";
    throw new PromqlError(`at character ${at}: found ${text}${why}, expected ${expected}`);
  }
}
