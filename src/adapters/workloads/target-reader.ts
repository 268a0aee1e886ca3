import type { CompiledWorkload, ObjectRef } from "../../core/compiled.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf } from "../kubernetes/decode.ts";
import type { Discovered, Discovery } from "../kubernetes/discovery.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { labelSelector } from "../kubernetes/selector.ts";
import type { Labels } from "../kubernetes/selector.ts";
import type { Timers } from "../kubernetes/timers.ts";
import { decodeTarget, needsScale, type TargetReading } from "./decode.ts";

/** A rollout lasts minutes: a target read once a tick (15 s) is read soon enough. */
const FRESH_MS = 10_000;

/** The objects of a workload: the one that is named, or those that carry labels. */
export interface Target {
  readonly ref: ObjectRef;
  readonly part: string | null;
  readonly labels: Labels | null;
}

interface Kept {
  readonly atMs: number;
  readonly reading: Promise<readonly TargetReading[]>;
}

export interface TargetReader {
  /** @returns none when there is no such object; else by name. @throws PortError */
  read(target: Target): Promise<readonly TargetReading[]>;
  /** @returns what the last read that succeeded brought, none when none did */
  lastRead(target: Target): readonly TargetReading[];
  /** What was read is out of date: it was written to. */
  forget(ref: ObjectRef): void;
}

interface ReaderOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly timers: Timers;
}

/** @returns null where the workload names no object */
export const targetOf = ({ target, part, objectLabels }: CompiledWorkload): Target | null =>
  target === null ? null : { ref: target, part: part ?? null, labels: objectLabels ?? null };

/** Reads the objects of workloads, each at most once in a while, whichever group asks. */
export function targetReader(options: ReaderOptions): TargetReader {
  const kept = new Map<string, Kept>();
  const succeeded = new Map<string, readonly TargetReading[]>();
  return {
    lastRead: (target) => succeeded.get(keyOf(target)) ?? [],
    read: (target) => {
      const key = keyOf(target);
      const nowMs = options.timers.monotonicMs();
      const known = kept.get(key);
      if (known !== undefined && nowMs - known.atMs < FRESH_MS) return known.reading;
      const reading = fetchTargets(options, target);
      kept.set(key, { atMs: nowMs, reading });
      // A failure is the caller's to see, and not to be kept.
      reading.then(
        (brought) => succeeded.set(key, brought),
        () => kept.delete(key),
      );
      return reading;
    },
    forget: ({ apiVersion, kind, namespace }) => {
      const prefix = [apiVersion, kind, namespace, ""].join(" ");
      for (const key of kept.keys()) if (key.startsWith(prefix)) kept.delete(key);
    },
  };
}

const keyOf = ({ ref: { apiVersion, kind, namespace, name }, part, labels }: Target): string =>
  [apiVersion, kind, namespace, name, part ?? "", JSON.stringify(labels)].join(" ");

async function fetchTargets(
  options: ReaderOptions,
  target: Target,
): Promise<readonly TargetReading[]> {
  const found = await orMissing(async () => {
    const located = await options.discovery.locate(target.ref);
    const objects = await objectsOf(options.client, located, target);
    const named = objects.toSorted((a, b) => (metaOf(a).name < metaOf(b).name ? -1 : 1));
    return Promise.all(named.map((object) => readTarget(options, target, located, object)));
  });
  return found ?? [];
}

async function objectsOf(
  client: KubeClient,
  { at }: Discovered,
  { labels }: Target,
): Promise<readonly Json[]> {
  if (labels === null) return [await client.get(at)];
  return listAll(client, {
    resource: at.resource,
    namespace: at.namespace,
    labelSelector: labelSelector(labels),
  });
}

async function readTarget(
  { client }: ReaderOptions,
  { ref, part }: Target,
  { at, subresources }: Discovered,
  object: Json,
): Promise<TargetReading> {
  const { name } = metaOf(object);
  const count = { ref: { ...ref, name }, part };
  const asks = subresources.includes("scale") && needsScale(object, count);
  const scale = asks ? await client.get({ ...at, name }, { subresource: "scale" }) : null;
  return decodeTarget(object, count, scale);
}
