import type { ApiEvent } from "../api/events.ts";

/** The version of the API this page was built for. */
const SCHEMA_VERSION = 1;

const KINDS: readonly unknown[] = ["snapshot", "tick", "failure", "forgotten"];

/**
 * Reads one message. The server built it by the same schemas, so kind and version decide.
 * @throws Error when the controller speaks another version: the page must be loaded anew.
 */
export function decodeEvent(text: string): ApiEvent {
  const event: unknown = JSON.parse(text);
  if (typeof event !== "object" || event === null) throw new Error("a message is no object");
  const { kind, schemaVersion } = event as { kind?: unknown; schemaVersion?: unknown };
  if (schemaVersion !== SCHEMA_VERSION || !KINDS.includes(kind)) {
    throw new Error(`a message of kind ${String(kind)}, version ${String(schemaVersion)}`);
  }
  return event as ApiEvent;
}

/** Reads an answer of the API. @throws Error in the server's words, or when of another version. */
export async function decodeAnswer<T extends { readonly schemaVersion: number }>(
  response: Response,
): Promise<T> {
  const answer = (await response.json()) as T & { readonly error?: unknown };
  if (response.ok && answer.schemaVersion === SCHEMA_VERSION) return answer;
  if (typeof answer.error === "string") throw new Error(answer.error);
  throw new Error(`${response.url} answered ${response.status}, version ${answer.schemaVersion}`);
}
