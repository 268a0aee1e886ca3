import { createHash } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type { ClusterEvent, EventSink } from "../../ports/event-sink.ts";
import { MINUTE_MS } from "../../core/units.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import type { Json } from "../kubernetes/decode.ts";
import { describe } from "../kubernetes/failures.ts";
import { EVENTS, type ObjectAt } from "../kubernetes/resources.ts";
import type { Timers } from "../kubernetes/timers.ts";
import { microTimestamp } from "../kubernetes/timestamps.ts";
import type { Warn } from "../kubernetes/warn.ts";

/** The same reason about the same object within this time is counted, not said again. */
const SAME_EVENT_MS = 10 * MINUTE_MS;
/** A reason repeated every tick is written once a minute. */
const COUNT_WRITTEN_EVERY_MS = MINUTE_MS;
/** Where events about cluster-scoped objects go. */
const CLUSTER_NAMESPACE = "default";
/** Limits of events.k8s.io/v1: a note stays below 1,024 bytes of UTF-8, a name within 253. */
const NOTE_BYTES = 1_020;
const NAME_MAX = 253;

export interface EventSinkOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly warn: Warn;
  /** This replica, as `reportingInstance`. */
  readonly identity: string;
}

interface Series {
  readonly at: ObjectAt;
  readonly startedAtMs: number;
  writtenAtMs: number;
  count: number;
}

/** Kubernetes events; what cannot be written is logged and lost. */
export function eventSink(options: EventSinkOptions): EventSink {
  const known = new Map<string, Series>();
  return {
    publish: async (event) => {
      try {
        await publish(options, known, event);
      } catch (error) {
        const { kind, name } = event.about;
        const reason = event.reason.code;
        options.warn("event lost", { kind, name, reason, error: describe(error) });
      }
    },
  };
}

async function publish(
  options: EventSinkOptions,
  known: Map<string, Series>,
  event: ClusterEvent,
): Promise<void> {
  const nowMs = options.timers.monotonicMs();
  for (const [key, { startedAtMs }] of known) {
    if (nowMs - startedAtMs >= SAME_EVENT_MS) known.delete(key);
  }
  const key = keyOf(event);
  const series = known.get(key);
  if (series !== undefined) return count(options, series);
  const at = { resource: EVENTS, ...nameOf(options, event) };
  known.set(key, { at, startedAtMs: nowMs, writtenAtMs: nowMs, count: 1 });
  try {
    await options.client.create(at, eventObject(options, at, event));
  } catch (error) {
    known.delete(key);
    throw error;
  }
}

const keyOf = ({ about, type, action, reason, decision = "" }: ClusterEvent): string =>
  [about.uid, type, action, reason.code, decision].join(" ");

async function count({ client, clock, timers }: EventSinkOptions, series: Series): Promise<void> {
  const nowMs = timers.monotonicMs();
  series.count += 1;
  if (nowMs - series.writtenAtMs < COUNT_WRITTEN_EVERY_MS) return;
  series.writtenAtMs = nowMs;
  const lastObservedTime = microTimestamp(clock.now());
  await client.mergePatch(series.at, { series: { count: series.count, lastObservedTime } });
}

function nameOf({ identity, clock }: EventSinkOptions, event: ClusterEvent) {
  const said = [keyOf(event), identity, clock.now()].join(" ");
  const digest = createHash("sha256").update(said).digest("hex").slice(0, 16);
  const { name, namespace } = event.about;
  return {
    namespace: namespace || CLUSTER_NAMESPACE,
    name: `${name.slice(0, NAME_MAX - digest.length - 1)}.${digest}`,
  };
}

function eventObject(
  { clock, identity }: EventSinkOptions,
  at: ObjectAt,
  { about, type, action, reason }: ClusterEvent,
): Json {
  const { apiVersion, kind, namespace, name, uid } = about;
  return {
    apiVersion: EVENTS.apiVersion,
    kind: EVENTS.kind,
    metadata: { name: at.name, namespace: at.namespace },
    eventTime: microTimestamp(clock.now()),
    reportingController: "breakwater.dev/controller",
    reportingInstance: identity,
    type,
    action,
    reason: camelCase(reason.code),
    note: shortened(reason.text),
    regarding: { apiVersion, kind, name, uid, ...(namespace !== "" && { namespace }) },
  };
}

/** @returns `DemandForecast` for `demand-forecast`: reasons of events are CamelCase words */
const camelCase = (code: string): string =>
  code.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A character that the cut halved decodes as U+FFFD and is dropped. */
function shortened(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= NOTE_BYTES) return text;
  const kept = bytes
    .subarray(0, NOTE_BYTES - 3)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
  return `${kept}…`;
}
