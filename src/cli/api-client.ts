/** The HTTP API of a running controller, as the command line reads it. */
import { isAnswer } from "../api/answer.ts";
import type { AnswerOf, AnswerSchema } from "../api/answer.ts";
import { CommandFailed } from "./usage-error.ts";

export interface ApiAddress {
  readonly url: string;
  /** Bearer token; "" on a loopback address. */
  readonly token: string;
}

/** Long enough for a controller under load; a person waits no longer. */
const DEADLINE_MS = 10_000;

/** @throws CommandFailed when nobody answers, or with something else than the schema says */
export async function readApi<T extends AnswerSchema>(
  { url, token }: ApiAddress,
  path: string,
  schema: T,
): Promise<AnswerOf<T>> {
  const address = new URL(path, url);
  const headers = token === "" ? {} : { authorization: `Bearer ${token}` };
  const answer = await asked(address, headers);
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) {
    throw new CommandFailed(`${address.href}: ${answer.status} ${JSON.stringify(body)}`);
  }
  if (isAnswer(schema, body)) return body;
  throw new CommandFailed(
    `${address.href}: the answer is not what this version expects; is it a Breakwater controller ` +
      "of the same version?",
  );
}

async function asked(address: URL, headers: Record<string, string>): Promise<Response> {
  try {
    return await fetch(address, { headers, signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch (cause) {
    throw new CommandFailed(
      `${address.href}: nobody answers (${reasonOf(cause)}). Start one with \`npm start\`, or ` +
        "reach a cluster's through `kubectl port-forward` and pass --url",
    );
  }
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  return inner instanceof Error ? inner.message : String(inner);
}
