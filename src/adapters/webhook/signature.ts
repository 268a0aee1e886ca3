/**
 * The headers by which a receiver knows that we sent it, and when: those of Standard Webhooks
 * (https://www.standardwebhooks.com), which libraries of receivers check.
 */
import { createHmac } from "node:crypto";
import type { EpochMs } from "../../core/units.ts";
import type { Envelope } from "./cloud-event.ts";

/** Written before a secret that is base64; without it the text itself is the key. */
const BASE64_MARK = "whsec_";

export type SignatureHeaders = Readonly<
  Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>
>;

/** @returns HMAC-SHA256 of `id.timestamp.body`, the timestamp in seconds, as headers */
export function signed(envelope: Envelope, secret: string, at: EpochMs): SignatureHeaders {
  const timestamp = `${Math.floor(at / 1000)}`;
  const text = `${envelope.id}.${timestamp}.${envelope.body}`;
  const digest = createHmac("sha256", keyOf(secret)).update(text).digest("base64");
  return {
    "webhook-id": envelope.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${digest}`,
  };
}

const keyOf = (secret: string): Buffer =>
  secret.startsWith(BASE64_MARK)
    ? Buffer.from(secret.slice(BASE64_MARK.length), "base64")
    : Buffer.from(secret);
