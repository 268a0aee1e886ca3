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
  /** @returns null when there is no such object. @throws PortError */
  read(target: ObjectRef): Promise<TargetReading | null>;
  /** @returns what the last read that succeeded brought, null when none did */
  lastRead(target: ObjectRef): TargetReading | null;
}

/** Reads the objects of workloads, each at most once in a while, whichever group asks. */
export function targetReader(options: {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly timers: Timers;
}): TargetReader {
  const kept = new Map<string, Kept>();
  const succeeded = new Map<string, TargetReading | null>();
  return {
    lastRead: (target) => succeeded.get(keyOf(target)) ?? null,
    read: (target) => {
      const key = keyOf(target);
      const nowMs = options.timers.monotonicMs();
      const known = kept.get(key);
      if (known !== undefined && nowMs - known.atMs < FRESH_MS) return known.reading;
      const reading = fetchTarget(options, target);
      kept.set(key, { atMs: nowMs, reading });
      // A failure is the caller's to see, and not to be kept.
      reading.then(
        (brought) => succeeded.set(key, brought),
        () => kept.delete(key),
      );
      return reading;
    },
  };
}

const keyOf = ({ apiVersion, kind, namespace, name }: ObjectRef): string =>
  [apiVersion, kind, namespace, name].join(" ");

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
