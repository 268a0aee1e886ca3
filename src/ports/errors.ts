/** The closed table of what can go wrong at a port; `retryable` says whether trying again helps. */
export const PORT_ERRORS = {
  timeout: { retryable: true, meaning: "no answer within the deadline" },
  unreachable: { retryable: true, meaning: "no connection" },
  "rate-limited": { retryable: true, meaning: "the server asked to slow down (429)" },
  "server-error": { retryable: true, meaning: "the server failed (5xx)" },
  conflict: { retryable: true, meaning: "somebody else wrote first (409, failed test)" },
  unauthorized: { retryable: false, meaning: "credentials refused (401)" },
  forbidden: { retryable: false, meaning: "not allowed (403)" },
  "not-found": { retryable: false, meaning: "no such object or path (404)" },
  invalid: { retryable: false, meaning: "refused as invalid (400, 422)" },
  "bad-answer": { retryable: false, meaning: "the answer is not what the protocol promises" },
} as const;

export type PortErrorCode = keyof typeof PORT_ERRORS;

/** The only error a port raises. The message names the object, the operation and what came back. */
export class PortError extends Error {
  readonly code: PortErrorCode;
  readonly retryable: boolean;

  constructor(code: PortErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "PortError";
    this.code = code;
    this.retryable = PORT_ERRORS[code].retryable;
  }
}
