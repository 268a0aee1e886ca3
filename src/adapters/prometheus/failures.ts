/** What can go wrong between the request and a decoded answer, as the closed codes of the ports. */
import { errors } from "undici";
import { PortError, type PortErrorCode } from "../../ports/errors.ts";

/** Names a request in every message about it. */
export interface RequestContext {
  /** `query arrivals at http://host/api/v1/query`. */
  readonly what: string;
  readonly excerpt: (text: string) => string;
}

const BY_STATUS: Readonly<Record<number, PortErrorCode>> = {
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  405: "invalid",
  408: "timeout",
  413: "invalid",
  422: "invalid",
  429: "rate-limited",
};

/** The `errorType` of the HTTP API; it says more than the status, and rides on some 200s. */
const BY_ERROR_TYPE: ReadonlyMap<string, PortErrorCode> = new Map([
  ["timeout", "timeout"],
  ["canceled", "timeout"],
  ["bad_data", "invalid"],
  ["execution", "invalid"],
  ["not_found", "not-found"],
  ["internal", "server-error"],
  ["unavailable", "server-error"],
]);

const HINTS: Partial<Readonly<Record<PortErrorCode, string>>> = {
  unauthorized: "check the credentials",
  forbidden: "the credentials are valid but may not query",
  "not-found": "is the path prefix of the URL right?",
};

export interface HttpAnswer {
  readonly status: number;
  readonly location: string;
  readonly body: string;
}

/** @returns the error for an answer whose status is not 200. */
export function statusError(answer: HttpAnswer, { what, excerpt }: RequestContext): PortError {
  const { status, body } = answer;
  if (status >= 300 && status < 400) {
    const target = excerpt(answer.location);
    const advice = "redirects are not followed, give the final URL";
    return new PortError("bad-answer", `${what}: HTTP ${status} redirects to ${target}; ${advice}`);
  }
  const errorType = /"errorType"\s*:\s*"([a-z_]+)"/.exec(body)?.[1] ?? "";
  const code = BY_STATUS[status] ?? (status >= 500 ? "server-error" : "bad-answer");
  const refined = errorType === "timeout" ? "timeout" : code;
  const hint = HINTS[refined];
  const advice = hint === undefined ? "" : `; ${hint}`;
  return new PortError(refined, `${what}: HTTP ${status}: ${quotedBody(excerpt(body))}${advice}`);
}

/** @returns the error for an answer that says `"status": "error"`. */
export function reportedError(errorType: string, text: string, context: RequestContext): PortError {
  const code = BY_ERROR_TYPE.get(errorType) ?? "bad-answer";
  return new PortError(code, `${context.what}: ${errorType}: ${context.excerpt(text)}`);
}

/** @returns the error for a client certificate that cannot be shown to anybody. */
export function certificateError(cause: unknown, { what, excerpt }: RequestContext): PortError {
  const { code, message } = described(cause);
  const found = excerpt(code === "" ? message : code);
  const text = `${what}: the client certificate and its key are not usable: ${found}`;
  return new PortError("unauthorized", `${text}; expected PEM, the key that of the certificate`);
}

/** How TLS says that it wants another client certificate: alerts 40 to 49 and 116 of RFC 8446. */
const CERTIFICATE_ALERT = /_ALERT_(?:\w*CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/;

/** @returns the error for a request that brought no complete answer. */
export function transportError(cause: unknown, context: RequestContext): PortError {
  if (cause instanceof PortError) return cause;
  const { what } = context;
  const { name, code, message } = described(cause);
  const text = `${what}: ${context.excerpt(code === "" ? message : `${code}: ${message}`)}`;
  if (CERTIFICATE_ALERT.test(code)) {
    const advice = "the server refuses our client certificate; check tls.crt and tls.key";
    return new PortError("unauthorized", `${text}; ${advice}`, cause);
  }
  if (name === "TimeoutError" || name === "AbortError" || /TIMEOUT/.test(code)) {
    return new PortError("timeout", `${what}: no answer within the deadline`, cause);
  }
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE" || code.startsWith("HPE_")) {
    return new PortError("bad-answer", text, cause);
  }
  if (code === "UND_ERR_INVALID_ARG") return new PortError("invalid", text, cause);
  const advice = closedUnread(cause) && what.includes(" at https:") ? ASKS_FOR_CERTIFICATE : "";
  return new PortError("unreachable", text + advice, cause);
}

/** Some servers send no alert: they close once they have seen the certificate, or its absence. */
const ASKS_FOR_CERTIFICATE =
  "; it closed before a word: does it ask for a client certificate (tls.crt, tls.key)?";

const closedUnread = (cause: unknown): boolean =>
  cause instanceof errors.SocketError && cause.socket?.bytesRead === 0;

function described(cause: unknown): { name: string; code: string; message: string } {
  if (!(cause instanceof Error)) return { name: "", code: "", message: String(cause) };
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return { name: cause.name, code, message: cause.message };
}

const quotedBody = (text: string): string => (text === "" ? "empty body" : text);
