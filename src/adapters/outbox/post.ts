/** One try to hand something over by HTTP. */
import { request } from "undici";
import { deadline, type Timers } from "../kubernetes/timers.ts";

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Delivery =
  | { readonly kind: "Delivered" }
  /** Trying again would not help: the receiver understood it and wants none of it. */
  | { readonly kind: "Refused"; readonly why: string }
  /** `afterMs`: for how long the receiver asked to be left alone; null when it did not say. */
  | { readonly kind: "TryAgain"; readonly why: string; readonly afterMs: number | null };

/** A receiver that needs longer does its work while we wait: it should queue. */
const ANSWER_WITHIN_MS = 10_000;
/** Statuses of RFC 9110 and 6585 that say: not now. */
const NOT_NOW: readonly number[] = [408, 425, 429];

/** Never rejects, and says nothing of address, headers or bodies: they may be secret. */
export async function post(
  { url, headers, body }: Post,
  timers: Timers,
  stop: AbortSignal,
): Promise<Delivery> {
  const limit = deadline(timers, ANSWER_WITHIN_MS, stop);
  try {
    const { signal } = limit;
    const answer = await request(url, { method: "POST", headers, body, signal });
    await answer.body.dump();
    return answered(answer.statusCode, answer.headers["retry-after"]);
  } catch (error) {
    return tryAgain(limit.expired() ? `no answer within ${ANSWER_WITHIN_MS} ms` : codeOf(error));
  } finally {
    limit.clear();
  }
}

export const tryAgain = (why: string, afterMs: number | null = null): Delivery => ({
  kind: "TryAgain",
  why,
  afterMs,
});

function answered(status: number, retryAfter: unknown): Delivery {
  if (status >= 200 && status < 300) return { kind: "Delivered" };
  const why = `HTTP ${status}`;
  if (status < 500 && !NOT_NOW.includes(status)) return { kind: "Refused", why };
  const seconds = typeof retryAfter === "string" ? Number(retryAfter) : Number.NaN;
  return tryAgain(why, seconds >= 0 ? seconds * 1000 : null);
}

/** The code only: messages of the network name addresses. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "no connection";
}
