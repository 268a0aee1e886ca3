import type { PodRef, RoutedPod } from "../../core/decision.ts";
import type { EpochMs } from "../../core/units.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf } from "../kubernetes/decode.ts";
import { isNotFound, isRefusedWrite } from "../kubernetes/failures.ts";
import { forEachLimited } from "../kubernetes/for-each-limited.ts";
import { PODS } from "../kubernetes/resources.ts";
import { EJECTED_ANNOTATION, ejectionOf } from "./decode.ts";

/** Kubelets write the status of their pods at any time. */
const CONFLICT_ATTEMPTS = 4;

export interface PodWriter {
  readonly client: KubeClient;
  /** Told of what was written, so that the next read shows it. */
  readonly written: (pod: Json) => void;
}

/**
 * Takes the label off that routers select by, and notes on the pod what it was: one write, so that
 * no crash parts the two. @returns once it is off every pod that is still there. @throws PortError
 */
export const ejectPods = (
  writer: PodWriter,
  pods: readonly RoutedPod[],
  at: EpochMs,
): Promise<void> =>
  forEachLimited(pods, (pod) => change(writer, pod, (found) => ejection(found, pod.label, at)));

/** Puts back what `ejectPods` took off, unless somebody did. @throws PortError */
export const readmitPods = (writer: PodWriter, pods: readonly PodRef[]): Promise<void> =>
  forEachLimited(pods, (pod) => change(writer, pod, readmission));

interface Marks {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations: Readonly<Record<string, string | null>>;
}

/** @returns null where there is nothing to take off */
function ejection(pod: Json, label: string, at: EpochMs): Marks | null {
  const value = metaOf(pod).labels[label];
  if (value === undefined) return null;
  const note = JSON.stringify({ label, value, at: new Date(at).toISOString() });
  return { labels: { [label]: null }, annotations: { [EJECTED_ANNOTATION]: note } };
}

function readmission(pod: Json): Marks | null {
  const { annotations, labels } = metaOf(pod);
  const noted = annotations[EJECTED_ANNOTATION];
  if (noted === undefined) return null;
  const found = ejectionOf(noted);
  const off = { [EJECTED_ANNOTATION]: null };
  if (found === null || found.label in labels) return { annotations: off };
  return { labels: { [found.label]: found.value }, annotations: off };
}

/** The write is guarded by the version that was read, and repeated when that moved on. */
async function change(
  writer: PodWriter,
  ref: PodRef,
  marksOf: (pod: Json) => Marks | null,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await changeOnce(writer, ref, marksOf);
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isRefusedWrite(error) || attempt === CONFLICT_ATTEMPTS) throw error;
    }
  }
}

async function changeOnce(
  { client, written }: PodWriter,
  { namespace, name, uid: expected }: PodRef,
  marksOf: (pod: Json) => Marks | null,
): Promise<void> {
  const at = { resource: PODS, namespace, name };
  const pod = await client.get(at);
  const { uid, resourceVersion } = metaOf(pod);
  // Another pod under its name has its own place in routing.
  const marks = uid === expected ? marksOf(pod) : null;
  if (marks === null) return;
  written(await client.mergePatch(at, { metadata: { uid, resourceVersion, ...marks } }));
}
