/**
 * Answers of the Prometheus HTTP API, checked field by field: whatever a proxy, a login page or
 * another product sends instead becomes a PortError that says what was found.
 */
import { epochMs } from "../../core/units.ts";
import type { EpochMs } from "../../core/units.ts";
import { PortError } from "../../ports/errors.ts";
import { reportedError, type RequestContext } from "./failures.ts";

export type Labels = Readonly<Record<string, string>>;

export interface InstantSeries {
  readonly labels: Labels;
  /** May be NaN or infinite: a sample that is there and says so. */
  readonly value: number;
}

export interface RangeSeries {
  readonly labels: Labels;
  readonly points: readonly { readonly at: EpochMs; readonly value: number }[];
}

export interface Answer<Series> {
  readonly series: readonly Series[];
  /** Warnings, infos, or that the response is partial; null for a clean answer. */
  readonly degraded: string | null;
}

/** @throws PortError `bad-answer`, or the code of the error that the answer reports */
export function decodeInstant(body: string, context: RequestContext): Answer<InstantSeries> {
  return decodeAnswer(body, "vector", context, (entry, fail) => ({
    labels: decodeLabels(entry.metric, fail),
    value: decodeSample(entry.value, fail).value,
  }));
}

/** @throws PortError `bad-answer`, or the code of the error that the answer reports */
export function decodeRange(body: string, context: RequestContext): Answer<RangeSeries> {
  return decodeAnswer(body, "matrix", context, (entry, fail) => ({
    labels: decodeLabels(entry.metric, fail),
    points: decodeList(entry.values, "values", fail).map((pair) => decodeSample(pair, fail)),
  }));
}

type Fields = Readonly<Record<string, unknown>>;
type Fail = (found: string) => never;

function decodeAnswer<Series>(
  body: string,
  expectedType: "vector" | "matrix",
  context: RequestContext,
  decodeSeries: (entry: Fields, fail: Fail) => Series,
): Answer<Series> {
  const fail: Fail = (found) => {
    throw new PortError("bad-answer", `${context.what}: ${found}: ${context.excerpt(body)}`);
  };
  const answer = parse(body, fail);
  if (answer.status === "error") {
    throw reportedError(asText(answer.errorType), asText(answer.error), context);
  }
  if (answer.status !== "success") fail('expected "status": "success"');
  const data = decodeFields(answer.data, "data", fail);
  if (data.resultType !== expectedType) {
    fail(`expected the result type ${expectedType}, found ${asText(data.resultType)}`);
  }
  const entries = decodeList(data.result, "result", fail);
  return {
    series: entries.map((entry) => decodeSeries(decodeFields(entry, "series", fail), fail)),
    degraded: degradation(answer, context),
  };
}

function parse(body: string, fail: Fail): Fields {
  const trimmed = body.trimStart();
  if (trimmed === "") return fail("expected JSON, found an empty body");
  if (trimmed.startsWith("<")) return fail("expected JSON, found HTML (a login page or a proxy?)");
  return decodeFields(parseJson(body, fail), "answer", fail);
}

function parseJson(body: string, fail: Fail): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The parser's own message may quote the body beyond the excerpt.
    return fail("expected JSON, found what does not parse");
  }
}

/** Prometheus and Thanos send `warnings` and `infos`, VictoriaMetrics sends `isPartial`. */
function degradation(answer: Fields, { excerpt }: RequestContext): string | null {
  const notes = [answer.warnings, answer.infos].flatMap((list) =>
    isList(list) ? list.map(asText) : [],
  );
  if (answer.isPartial === true) notes.push("partial response");
  return notes.length === 0 ? null : excerpt(notes.join("; "));
}

function decodeFields(value: unknown, name: string, fail: Fail): Fields {
  return isFields(value) ? value : fail(`expected ${name} to be an object`);
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function decodeList(value: unknown, name: string, fail: Fail): readonly unknown[] {
  return isList(value) ? value : fail(`expected ${name} as a list`);
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function decodeLabels(value: unknown, fail: Fail): Labels {
  const fields = decodeFields(value, "metric", fail);
  return isLabels(fields) ? fields : fail("expected every label value to be a string");
}

const isLabels = (fields: Fields): fields is Labels =>
  Object.values(fields).every((label) => typeof label === "string");

/** `[seconds, "value"]`. */
function decodeSample(pair: unknown, fail: Fail): { at: EpochMs; value: number } {
  const [time, text] = isList(pair) ? pair : [];
  if (typeof time !== "number" || typeof text !== "string") {
    return fail('expected samples as [seconds, "value"]');
  }
  return { at: epochMs(Math.round(time * 1000)), value: decodeNumber(text, fail) };
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Inf", Number.POSITIVE_INFINITY],
  ["+Inf", Number.POSITIVE_INFINITY],
  ["-Inf", Number.NEGATIVE_INFINITY],
]);

function decodeNumber(text: string, fail: Fail): number {
  const special = SPECIAL.get(text);
  if (special !== undefined) return special;
  return NUMBER.test(text)
    ? Number(text)
    : fail(`expected a number, found ${JSON.stringify(text)}`);
}

const asText = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
