import type { NaiveEvent } from "./naive-events.ts";
import type { NaiveSession } from "./naive-session.ts";

/** Where a turn is: between tries, without a replica, towards its queue, there, or behind it. */
export type Place =
  | "client"
  | "gateway"
  | "on the way"
  | "queue"
  | "running"
  | "transfer"
  | "decode gateway"
  | "ended";

/** One request and how far it got. */
export interface NaiveTurn {
  readonly session: NaiveSession;
  readonly row: number;
  readonly arrivalNs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly promptBlocks: readonly string[];
  /** Blocks behind the prompt's once the output is appended. */
  readonly outputBlocks: readonly string[];
  place: Place;
  tries: number;
  /** Of any try; NaN while there is none. */
  firstTokenNs: number;
  /** Where the last try was routed first, -1 for nowhere. */
  routedTo: number;
  /** Where the turn is, -1 for nowhere; when it was routed there, and as the how-manieth of all. */
  replica: number;
  routedNs: number;
  routedAs: number;
  /** Of the last try. */
  tryFirstTokenNs: number;
  generated: number;
  /** Tokens found when it was first admitted; null before that. */
  found: Found | null;
  /** The same of every try that was admitted. */
  readonly foundByTry: Found[];
  /** What happens unless something else does first. */
  timeout: NaiveEvent | null;
  abandonment: NaiveEvent | null;
  next: NaiveEvent | null;
}

export interface Found {
  readonly cachedTokens: number;
  readonly hostCachedTokens: number;
}
