/** One try to hand an event over. */
import { readFile } from "node:fs/promises";
import { request } from "undici";
import type { Clock } from "../../ports/clock.ts";
import { deadline, type Timers } from "../kubernetes/timers.ts";
import { CONTENT_TYPE, type Envelope } from "./cloud-event.ts";
import { signed } from "./signature.ts";

export interface Receiver {
  readonly url: string;
  readonly secretFile: string;
  readonly clock: Clock;
  readonly timers: Timers;
}

export type Delivery =
  | { readonly kind: "Delivered" }
  /** Trying again would not help: the receiver understood it and wants none of it. */
  | { readonly kind: "Refused"; readonly why: string }
  /** `afterMs`: for how long the receiver asked to be left alone; null when it did not say. */
  | { readonly kind: "TryAgain"; readonly why: string; readonly afterMs: number | null };

/** A receiver that needs longer does its work while we wait: it should queue. */
const ANSWER_WITHIN_MS = 5_000;
/** Statuses of RFC 9110 and 6585 that say: not now. */
const NOT_NOW: readonly number[] = [408, 425, 429];

/** Never rejects, and names no path, header or body: they may be secret. */
export async function deliver(
  envelope: Envelope,
  receiver: Receiver,
  stop: AbortSignal,
): Promise<Delivery> {
  const limit = deadline(receiver.timers, ANSWER_WITHIN_MS, stop);
  try {
    const secret = (await readFile(receiver.secretFile, "utf8")).trim();
    if (secret === "") return tryAgain("the file of the secret is empty");
    const { statusCode, headers, body } = await request(receiver.url, {
      method: "POST",
      headers: {
        "content-type": CONTENT_TYPE,
        ...signed(envelope, secret, receiver.clock.now()),
      },
      body: envelope.body,
      signal: limit.signal,
    });
    await body.dump();
    return answered(statusCode, headers["retry-after"]);
  } catch (error) {
    return tryAgain(limit.expired() ? `no answer within ${ANSWER_WITHIN_MS} ms` : codeOf(error));
  } finally {
    limit.clear();
  }
}

const tryAgain = (why: string, afterMs: number | null = null): Delivery => ({
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
