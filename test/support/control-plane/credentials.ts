import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Passes every authorization check, in every cluster. */
export const ADMIN = "admin";
const ADMIN_GROUP = "system:masters";

export interface SigningKeys {
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
}

/** The keys with which service account tokens are signed and checked. */
export function writeSigningKeys(dir: string): SigningKeys {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const keys = { privateKeyFile: join(dir, "sa.key"), publicKeyFile: join(dir, "sa.pub") };
  writeFileSync(keys.privateKeyFile, privateKey, { mode: 0o600 });
  writeFileSync(keys.publicKeyFile, publicKey);
  return keys;
}

/** Each user's groups; the admin is always added. */
export type Users = Readonly<Record<string, readonly string[]>>;

/** Writes kube-apiserver's static token file and returns each user's token. */
export function writeTokens(file: string, users: Users): ReadonlyMap<string, string> {
  const groups = { ...users, [ADMIN]: [ADMIN_GROUP] };
  const tokens = new Map(
    Object.keys(groups).map((user) => [user, randomBytes(24).toString("hex")] as const),
  );
  const lines = Object.entries(groups).map(
    ([user, of]) => `${tokens.get(user)},${user},uid-${user},"${of.join(",")}"`,
  );
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  return tokens;
}

export interface Identity {
  readonly token: string;
  /** Impersonated with the token's rights; the API server sees only this user from then on. */
  readonly as?: string;
  readonly asGroups?: readonly string[];
}

export interface Server {
  readonly url: string;
  readonly caFile: string;
}

/** Writes a kubeconfig (JSON, which is YAML) and returns its path. */
export function writeKubeconfig(file: string, server: Server, identity: Identity): string {
  const { token, as, asGroups } = identity;
  const user = {
    token,
    ...(as === undefined ? {} : { as }),
    ...(asGroups === undefined ? {} : { "as-groups": asGroups }),
  };
  const cluster = { server: server.url, "certificate-authority": server.caFile };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "test", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  };
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
  return file;
}
