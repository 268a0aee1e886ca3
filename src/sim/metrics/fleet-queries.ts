/** The queries of one fleet, parsed once and evaluated at every tick. */
import type { Batch } from "../../core/queries/fleet-plan.ts";
import type { AnsweredSeries, BatchOutcome, Outcomes } from "../../core/queries/readings.ts";
import { QueryCompiler } from "./promql/compile.ts";
import { PromqlError } from "./promql/lexer.ts";
import type { RangeRule, SeriesIndex } from "./promql/series.ts";
import type { Evaluation, Vector, VectorNode } from "./promql/vector.ts";

type CompiledBatch =
  | { readonly kind: "compiled"; readonly batch: Batch; readonly queries: readonly Query[] }
  | { readonly kind: "refused"; readonly batch: Batch; readonly detail: string };

interface Query {
  readonly key: string;
  readonly node: VectorNode;
}

export class FleetQueries {
  private readonly batches: readonly CompiledBatch[];

  constructor(batches: readonly Batch[], index: SeriesIndex, rule: RangeRule) {
    const compiler = new QueryCompiler(index, rule);
    this.batches = batches.map((batch) => compiled(batch, compiler));
  }

  /** The parts of a batch stand or fall together, as in a request to a real server. */
  evaluate(evaluation: Evaluation): Outcomes {
    const outcomes = new Map<string, BatchOutcome>();
    for (const batch of this.batches) outcomes.set(batch.batch.name, outcome(batch, evaluation));
    return outcomes;
  }
}

function compiled(batch: Batch, compiler: QueryCompiler): CompiledBatch {
  try {
    const queries = batch.parts.map(({ key, promql }) => ({ key, node: compiler.compile(promql) }));
    return { kind: "compiled", batch, queries };
  } catch (cause) {
    return { kind: "refused", batch, detail: detailOf(batch, cause) };
  }
}

function outcome(compiledBatch: CompiledBatch, evaluation: Evaluation): BatchOutcome {
  const { batch } = compiledBatch;
  if (compiledBatch.kind === "refused") {
    return { kind: "failed", problem: "bad-query", detail: compiledBatch.detail };
  }
  try {
    const parts = new Map<string, readonly AnsweredSeries[]>();
    for (const { key, node } of compiledBatch.queries) {
      parts.set(key, answersOf(node.evaluate(evaluation)));
    }
    return { kind: "answered", batch, parts, degraded: null };
  } catch (cause) {
    return { kind: "failed", problem: "bad-query", detail: detailOf(batch, cause) };
  }
}

const answersOf = ({ shape, values }: Vector): readonly AnsweredSeries[] =>
  shape.map((labels, index) => ({ labels, value: values[index] ?? Number.NaN }));

/** @throws what is no fault of the query */
function detailOf({ name }: Batch, cause: unknown): string {
  if (cause instanceof PromqlError) return `query ${name}: ${cause.message}`;
  throw cause;
}
