/** The queries of one fleet, parsed once and evaluated at every tick. */
import type { Batch } from "../../core/queries/fleet-plan.ts";
import type { AnsweredSeries, BatchOutcome, Outcomes } from "../../core/queries/readings.ts";
import { QueryCompiler } from "./promql/compile.ts";
import { PromqlError } from "./promql/lexer.ts";
import type { RangeRule, SeriesIndex } from "./promql/series.ts";
import type { Evaluation, Shape, VectorNode } from "./promql/vector.ts";

type Answered = Extract<BatchOutcome, { kind: "answered" }>;

interface CompiledBatch {
  readonly batch: Batch;
  readonly queries: readonly Query[];
  /** What is said of it where nothing fails, with the answers of `queries` as its parts. */
  readonly outcome: Answered;
  readonly parts: Map<string, readonly AnsweredSeries[]>;
}

interface RefusedBatch {
  readonly batch: Batch;
  readonly detail: string;
}

interface WritableSeries extends AnsweredSeries {
  value: number;
}

/** One query, and its answer: the same objects at every evaluation, as long as series stay. */
class Query {
  readonly key: string;
  answer: readonly WritableSeries[] = [];
  private readonly node: VectorNode;
  private shape: Shape | null = null;

  constructor(key: string, node: VectorNode) {
    this.key = key;
    this.node = node;
  }

  /** @returns whether `answer` is another list than before */
  evaluate(evaluation: Evaluation): boolean {
    const { shape, values } = this.node.evaluate(evaluation);
    const isOther = shape !== this.shape;
    if (isOther) {
      this.answer = shape.map((labels) => ({ labels, value: 0 }));
      this.shape = shape;
    }
    const { answer } = this;
    for (let i = 0; i < answer.length; i += 1) {
      const series = answer[i];
      if (series !== undefined) series.value = values[i] ?? Number.NaN;
    }
    return isOther;
  }
}

export class FleetQueries {
  private readonly batches: readonly (CompiledBatch | RefusedBatch)[];
  private readonly outcomes = new Map<string, BatchOutcome>();

  constructor(batches: readonly Batch[], index: SeriesIndex, rule: RangeRule) {
    const compiler = new QueryCompiler(index, rule);
    this.batches = batches.map((batch) => compiled(batch, compiler));
  }

  /**
   * The parts of a batch stand or fall together, as in a request to a real server.
   * @returns outcomes that are valid until the next evaluation: it fills them anew
   */
  evaluate(evaluation: Evaluation): Outcomes {
    const { outcomes } = this;
    for (const batch of this.batches) outcomes.set(batch.batch.name, outcome(batch, evaluation));
    return outcomes;
  }
}

function compiled(batch: Batch, compiler: QueryCompiler): CompiledBatch | RefusedBatch {
  try {
    const queries = batch.parts.map(({ key, promql }) => new Query(key, compiler.compile(promql)));
    const parts = new Map<string, readonly AnsweredSeries[]>();
    return { batch, queries, parts, outcome: { kind: "answered", batch, parts, degraded: null } };
  } catch (cause) {
    return { batch, detail: detailOf(batch, cause) };
  }
}

function outcome(batch: CompiledBatch | RefusedBatch, evaluation: Evaluation): BatchOutcome {
  if ("detail" in batch) return { kind: "failed", problem: "bad-query", detail: batch.detail };
  try {
    for (const query of batch.queries) {
      if (query.evaluate(evaluation)) batch.parts.set(query.key, query.answer);
    }
    return batch.outcome;
  } catch (cause) {
    return { kind: "failed", problem: "bad-query", detail: detailOf(batch.batch, cause) };
  }
}

/** @throws what is no fault of the query */
function detailOf({ name }: Batch, cause: unknown): string {
  if (cause instanceof PromqlError) return `query ${name}: ${cause.message}`;
  throw cause;
}
