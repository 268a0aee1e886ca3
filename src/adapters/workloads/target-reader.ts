import type { ObjectRef } from "../../core/compiled.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { isNotFound } from "../kubernetes/failures.ts";
import type { Timers } from "../kubernetes/timers.ts";
import { decodeTarget, type TargetReading } from "./decode.ts";

/** A rollout lasts minutes: a target read once a tick (15 s) is read soon enough. */
const FRESH_MS = 10_000;

interface Kept {
  readonly atMs: number;
  readonly reading: Promise<TargetReading | null>;
}

export interface TargetReader {
  /** @returns null when there is no such object */
  read(target: ObjectRef): Promise<TargetReading | null>;
}

/** Reads the objects of workloads, each at most once in a while, whichever group asks. */
export function targetReader(options: {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly timers: Timers;
}): TargetReader {
  const kept = new Map<string, Kept>();
  return {
    read: (target) => {
      const key = [target.apiVersion, target.kind, target.namespace, target.name].join(" ");
      const nowMs = options.timers.monotonicMs();
      const known = kept.get(key);
      if (known !== undefined && nowMs - known.atMs < FRESH_MS) return known.reading;
      const reading = fetchTarget(options, target);
      kept.set(key, { atMs: nowMs, reading });
      // A failure is the caller's to see, and not to be kept.
      reading.catch(() => kept.delete(key));
      return reading;
    },
  };
}

async function fetchTarget(
  { client, discovery }: { readonly client: KubeClient; readonly discovery: Discovery },
  target: ObjectRef,
): Promise<TargetReading | null> {
  try {
    const { at } = await discovery.locate(target);
    return decodeTarget(await client.get(at));
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
