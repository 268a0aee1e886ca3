import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ADMIN, type Identity, type Server, writeKubeconfig } from "./credentials.ts";
import { type KubectlResult, runKubectl } from "./kubectl.ts";

interface KubectlOptions {
  readonly stdin?: string;
  /** A user, see `kubeconfig`; the admin when absent. */
  readonly as?: string;
}

/** The ways to reach the API server as somebody. */
export interface Access {
  readonly url: string;
  /** The server's certificate and the authority that signed it, PEM. */
  readonly caFile: string;
  readonly adminKubeconfig: string;
  /**
   * A kubeconfig file of this user. A user named at start has a token of its own, and its groups
   * are those given there; any other is impersonated by the admin, with the groups given here.
   */
  kubeconfig(user: string, groups?: readonly string[]): string;
  /** The bearer token of a user named at start, or of "admin". */
  tokenFor(user: string): string;
  /** A token as a pod of this service account would hold; the account must exist. */
  serviceAccountToken(namespace: string, name: string): Promise<string>;
  serviceAccountKubeconfig(namespace: string, name: string): Promise<string>;
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<KubectlResult>;
  /** kubectl's standard output; throws with its standard error when it fails. */
  mustKubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** Applies objects as the admin, on the server's side. */
  apply(...objects: readonly object[]): Promise<void>;
}

/** Access to `server` with these users' tokens, its files kept in `dir`. */
export function accessTo(server: Server, tokens: ReadonlyMap<string, string>, dir: string): Access {
  const identities = identitiesOf(server, tokens, join(dir, "kubeconfigs"));
  const { kubeconfigOf, ...users } = identities;
  const kubectl = (args: readonly string[], { stdin = "", as = ADMIN }: KubectlOptions = {}) => {
    const kubeconfig = as === ADMIN ? users.adminKubeconfig : users.kubeconfig(as);
    return runKubectl(args, { kubeconfig, home: dir, stdin });
  };
  const mustKubectl = async (args: readonly string[], options: KubectlOptions = {}) => {
    const { code, stdout, stderr } = await kubectl(args, options);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr}`);
    return stdout;
  };
  const apply = async (...items: readonly object[]) => {
    const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await mustKubectl(["apply", "--server-side", "-f", "-"], { stdin });
  };
  const serviceAccountToken = async (namespace: string, name: string) =>
    (await mustKubectl(["create", "token", name, `--namespace=${namespace}`])).trim();
  const serviceAccountKubeconfig = async (namespace: string, name: string) =>
    kubeconfigOf({ token: await serviceAccountToken(namespace, name) });
  const serviceAccounts = { serviceAccountToken, serviceAccountKubeconfig };
  return { ...server, ...users, ...serviceAccounts, kubectl, mustKubectl, apply };
}

function identitiesOf(server: Server, tokens: ReadonlyMap<string, string>, folder: string) {
  mkdirSync(folder);
  let written = 0;
  const kubeconfigOf = (identity: Identity) =>
    writeKubeconfig(join(folder, `${++written}.json`), server, identity);
  const tokenFor = (user: string) => {
    const token = tokens.get(user);
    if (token !== undefined) return token;
    const named = [...tokens.keys()].join(", ");
    throw new Error(`${user} has no token; the users named at start are ${named}`);
  };
  const kubeconfig = (user: string, groups: readonly string[] = []) => {
    const impersonated = { token: tokenFor(ADMIN), as: user, asGroups: groups };
    return kubeconfigOf(tokens.has(user) ? { token: tokenFor(user) } : impersonated);
  };
  return { kubeconfigOf, tokenFor, kubeconfig, adminKubeconfig: kubeconfig(ADMIN) };
}
