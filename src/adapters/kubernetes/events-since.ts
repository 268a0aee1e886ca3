/** What controllers reported about objects, as Kubernetes events keep it for about an hour. */
import { PortError } from "../../ports/errors.ts";
import type { KubeClient } from "./client.ts";
import { type Json, stringAt, timeAt } from "./decode.ts";
import { listAll } from "./list-all.ts";
import type { Resource } from "./resources.ts";

const CORE_EVENTS: Resource = { apiVersion: "v1", plural: "events", kind: "Event" };

export interface EventFilter {
  /** "default" for events about cluster-scoped objects. */
  readonly namespace: string;
  readonly kind: string;
  readonly reasons: readonly string[];
  readonly about: (name: string) => boolean;
  readonly sinceMs: number;
}

/** @returns `reason: message` of each such event; none where events may not be read */
export async function eventsSince(
  client: KubeClient,
  { namespace, kind, reasons, about, sinceMs }: EventFilter,
): Promise<readonly string[]> {
  const fieldSelector = `involvedObject.kind=${kind}`;
  const selection = { resource: CORE_EVENTS, namespace, fieldSelector };
  const events = await orNone(listAll(client, selection));
  return events
    .filter(
      (event) =>
        stringAt(event, "involvedObject", "kind") === kind &&
        reasons.includes(stringAt(event, "reason")) &&
        about(stringAt(event, "involvedObject", "name")) &&
        lastSeenMs(event) >= sinceMs,
    )
    .map((event) => `${stringAt(event, "reason")}: ${stringAt(event, "message")}`);
}

const lastSeenMs = (event: Json): number =>
  timeAt(event, "series", "lastObservedTime") ??
  timeAt(event, "lastTimestamp") ??
  timeAt(event, "eventTime") ??
  0;

/** Events only explain a wait: without the right to read them the pool is sized all the same. */
async function orNone(events: Promise<readonly Json[]>): Promise<readonly Json[]> {
  try {
    return await events;
  } catch (error) {
    if (error instanceof PortError && error.code === "forbidden") return [];
    throw error;
  }
}
