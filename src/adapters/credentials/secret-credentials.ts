/** The credentials of a fleet's own Prometheus, from the Secret it names in its own namespace. */
import type { CompiledFleet } from "../../core/compiled.ts";
import { PortError } from "../../ports/errors.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { stringsAt } from "../kubernetes/decode.ts";
import { SECRETS } from "../kubernetes/resources.ts";

export interface SecretCredentials {
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly caPem?: string;
  readonly certPem?: string;
  readonly keyPem?: string;
}

/** The Secret's keys, and what each becomes. */
const KEYS = {
  token: "token",
  username: "username",
  password: "password",
  caPem: "ca.crt",
  certPem: "tls.crt",
  keyPem: "tls.key",
} as const;

/**
 * @returns what the Secret holds, read at every call so that a rotated one takes effect
 * @throws PortError `forbidden` or `not-found` naming the Secret, `invalid` when no key is known
 */
export function secretCredentials(
  client: Pick<KubeClient, "get">,
): (fleet: CompiledFleet) => Promise<SecretCredentials> {
  return async ({ key, namespace, signals }) => {
    const name = signals.prometheus?.secretName ?? null;
    if (name === null) return {};
    const secret = await client.get({ resource: SECRETS, namespace, name });
    const encoded = stringsAt(secret, "data");
    const found = Object.entries(KEYS).flatMap(([field, entry]) => {
      const value = encoded[entry];
      return value === undefined ? [] : [[field, Buffer.from(value, "base64").toString("utf8")]];
    });
    if (found.length > 0) return Object.fromEntries(found);
    const keys = Object.keys(encoded).join(", ") || "none";
    throw new PortError(
      "invalid",
      `Secret ${namespace}/${name} of InferenceFleet ${key} has the keys ${keys}, expected ` +
        "token, or username and password, or ca.crt, or tls.crt with tls.key",
    );
  };
}
