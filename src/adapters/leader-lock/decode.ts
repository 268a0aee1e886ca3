import { type Json, metaOf, numberAt, objectAt, stringAt } from "../kubernetes/decode.ts";

export interface LeaseRecord {
  /** "" when nobody holds it. */
  readonly holder: string;
  /** How long its holder asked others to wait, from when they last saw it change. */
  readonly durationMs: number;
  readonly transitions: number;
  readonly acquireTime: string;
  readonly resourceVersion: string;
  /** Equal as long as nobody renewed. */
  readonly fingerprint: string;
}

export function decodeLease(object: Json): LeaseRecord {
  const spec = objectAt(object, "spec");
  return {
    holder: stringAt(spec, "holderIdentity"),
    durationMs: (numberAt(spec, "leaseDurationSeconds") ?? 0) * 1000,
    transitions: numberAt(spec, "leaseTransitions") ?? 0,
    acquireTime: stringAt(spec, "acquireTime"),
    resourceVersion: metaOf(object).resourceVersion,
    fingerprint: JSON.stringify(spec),
  };
}
