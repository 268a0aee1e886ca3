/** An event as CloudEvents 1.0, structured mode (https://github.com/cloudevents/spec). */
import type { EpochMs } from "../../core/units.ts";
import type { ClusterEvent } from "../../ports/event-sink.ts";

/** What is sent, and what tells a second sending from another event. */
export interface Envelope {
  readonly id: string;
  readonly body: string;
}

export const CONTENT_TYPE = "application/cloudevents+json; charset=utf-8";
const SCHEMA_VERSION = 1;

/** Of an envelope, what its event does not say. */
export interface Sending {
  readonly id: string;
  /** A URI reference: which controller says so. */
  readonly source: string;
  readonly at: EpochMs;
}

export function envelopeOf(event: ClusterEvent, { id, source, at }: Sending): Envelope {
  const { about, action, decision, reason, type } = event;
  const { apiVersion, kind, name, namespace, uid } = about;
  const cloudEvent = {
    specversion: "1.0",
    id,
    source,
    type: `dev.breakwater.${action.toLowerCase()}`,
    subject: [kind, namespace, name].filter((part) => part !== "").join("/"),
    time: new Date(at).toISOString(),
    datacontenttype: "application/json",
    data: {
      schemaVersion: SCHEMA_VERSION,
      severity: type,
      action,
      reason,
      ...(decision !== undefined && { decision }),
      object: { apiVersion, kind, namespace, name, uid },
    },
  };
  return { id, body: JSON.stringify(cloudEvent) };
}
