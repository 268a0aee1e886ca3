import { PortError, type PortErrorCode } from "../../ports/errors.ts";
import { listAt, numberAt, stringAt } from "./decode.ts";
import type { HttpResponse } from "./transport.ts";

/** What the API server answered instead of success: the cause inside a `PortError`. */
export class KubeFailure extends Error {
  readonly status: number;
  /** `Status.reason`, "" when the answer was no Status. */
  readonly reason: string;
  /** `Status.details.causes[].reason`. */
  readonly causes: readonly string[];
  readonly retryAfterMs: number | null;

  constructor(message: string, answer: Omit<KubeFailure, keyof Error>) {
    super(message);
    this.name = "KubeFailure";
    this.status = answer.status;
    this.reason = answer.reason;
    this.causes = answer.causes;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

const CODES: Readonly<Record<number, PortErrorCode>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  408: "timeout",
  409: "conflict",
  410: "conflict",
  429: "rate-limited",
};

/** How much of an answer that is no Status is worth repeating. */
const EXCERPT_CHARS = 160;

/** @returns the error for a status outside 2xx; `doing` is the operation, "patching Node n1" */
export function failureOf(doing: string, response: HttpResponse, body: string): PortError {
  return portErrorOf(doing, kubeFailure(response.status, body, response.headers["retry-after"]));
}

/** @returns the error for a `Status` object inside a stream that began well */
export function streamFailureOf(doing: string, status: unknown): PortError {
  return portErrorOf(doing, kubeFailure(numberAt(status, "code") ?? 500, status));
}

/** @param status of an answer that is a failure: 400 or more */
export const codeOfStatus = (status: number): PortErrorCode =>
  CODES[status] ?? (status >= 500 ? "server-error" : "invalid");

function portErrorOf(doing: string, failure: KubeFailure): PortError {
  const { status } = failure;
  const code = status < 400 ? "bad-answer" : codeOfStatus(status);
  const what = failure.reason === "" ? `${status}` : `${status} ${failure.reason}`;
  return new PortError(code, `${doing}: ${what}: ${failure.message}`, failure);
}

function kubeFailure(status: number, answer: unknown, retryAfter?: string): KubeFailure {
  const parsed = typeof answer === "string" ? parsedJson(answer) : answer;
  const text = typeof answer === "string" ? answer.trim() : "";
  const seconds = Number(retryAfter ?? numberAt(parsed, "details", "retryAfterSeconds") ?? NaN);
  return new KubeFailure(stringAt(parsed, "message") || text.slice(0, EXCERPT_CHARS) || "no body", {
    status,
    reason: stringAt(parsed, "reason"),
    causes: listAt(parsed, "details", "causes").map((cause) => stringAt(cause, "reason")),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML or plain text: shown as it is.
    return null;
  }
}

/** @returns the error for a request that got no answer */
export function noAnswer(doing: string, cause: unknown, timedOutAfterMs: number | null): PortError {
  if (cause instanceof PortError) return cause;
  if (timedOutAfterMs !== null) {
    const text = `${doing}: no answer within ${timedOutAfterMs / 1000} s`;
    return new PortError("timeout", text, cause);
  }
  return new PortError("unreachable", `${doing}: ${describe(cause)}`, cause);
}

/** undici says "fetch failed" or "terminated" and hides the reason in `cause`. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

export const failureIn = (error: unknown): KubeFailure | null =>
  error instanceof PortError && error.cause instanceof KubeFailure ? error.cause : null;

/** Whether the server no longer keeps the history a list or watch asked for. */
export const isGone = (error: unknown): boolean => failureIn(error)?.status === 410;

export const isNotFound = (error: unknown): boolean =>
  error instanceof PortError && error.code === "not-found";

/** @returns null when the object or its kind does not exist */
export async function orMissing<T>(get: () => Promise<T>): Promise<T | null> {
  try {
    return await get();
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Whether a precondition failed: 409 for versions and uids, 422 for the `test` of a JSON Patch. */
export const isRefusedWrite = (error: unknown): boolean => {
  const status = failureIn(error)?.status;
  return status === 409 || status === 422;
};
