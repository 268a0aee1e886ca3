import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { HttpMethod, KubeConfig, RequestContext } from "@kubernetes/client-node";
import { type Dispatcher, request } from "undici";
import { PortError } from "../../ports/errors.ts";
import { describe } from "./failures.ts";
import { reuseDispatchers } from "./reuse-dispatchers.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

export interface KubeConnection {
  readonly server: string;
  /** The namespace of the context, or of the pod; "default" when neither says. */
  readonly namespace: string;
  readonly transport: Transport;
  /** Closes idle connections and those of ended calls. */
  close(): Promise<void>;
}

/**
 * @param kubeconfigPath a kubeconfig file, or null for the service account of the pod
 * @throws PortError `invalid` that names the file, what is wrong with it and what to do
 */
export function connect(kubeconfigPath: string | null): KubeConnection {
  const config = kubeconfigPath === null ? inCluster() : fromFile(kubeconfigPath);
  const source =
    kubeconfigPath === null ? "the pod's service account" : `kubeconfig ${kubeconfigPath}`;
  const server = serverOf(config, source);
  const dispatchers = reuseDispatchers(config);
  return {
    server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? "default",
    transport: async (wanted) => {
      const context = await authenticated(config, source, `${server}${wanted.path}`);
      return exchange(wanted, context);
    },
    close: () => dispatchers.close(),
  };
}

function inCluster(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromCluster();
  // client-node builds the address from the environment without looking at it.
  if (config.getCurrentCluster()?.server.includes("undefined") !== false) {
    const text =
      "no kubeconfig was given and this is not a pod of a cluster: KUBERNETES_SERVICE_HOST is " +
      "not set; pass --kubeconfig PATH";
    throw new PortError("invalid", text);
  }
  return config;
}

function fromFile(path: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(readFileSync(path, "utf8"));
    config.makePathsAbsolute(dirname(path));
  } catch (cause) {
    // A YAML parser quotes the lines around its finding, and they may hold a token.
    const [finding] = describe(cause).split("\n");
    const found = `kubeconfig ${path} cannot be read: ${finding}`;
    const text = `${found}; expected a kubeconfig file`;
    throw new PortError("invalid", text, cause);
  }
  return config;
}

/** @returns the address of the current context's server, without a slash at its end */
function serverOf(config: KubeConfig, source: string): string {
  const refuse = (found: string): never => {
    throw new PortError("invalid", `${source}: ${found}`);
  };
  const name = config.getCurrentContext();
  const contexts = config.getContexts().map((context) => context.name);
  const context = config.getContextObject(name ?? "");
  if (context === null) {
    const known = contexts.join(", ") || "none";
    return refuse(`current-context is "${name ?? ""}", expected one of its contexts: ${known}`);
  }
  const { server = "", skipTLSVerify = false } = config.getCurrentCluster() ?? {};
  const cluster = `cluster "${context.cluster}" of context "${name}"`;
  if (server === "") return refuse(`${cluster} has no server`);
  // client-node would fail every call instead.
  if (server.startsWith("http:") && !skipTLSVerify) return refuse(`${cluster}: ${plainly(server)}`);
  if (config.getCurrentUser() === null) {
    return refuse(`user "${context.user}" of context "${name}" is not among its users`);
  }
  return server.replace(/\/+$/, "");
}

const plainly = (server: string): string =>
  `found server ${server}, expected https://: credentials would cross the network readable. For ` +
  "a proxy on this machine set insecure-skip-tls-verify: true in that cluster";

/** Headers and TLS for one call. A token file or exec plug-in that fails is a call that fails. */
async function authenticated(
  config: KubeConfig,
  source: string,
  url: string,
): Promise<RequestContext> {
  const context = new RequestContext(url, HttpMethod.GET);
  try {
    await config.applySecurityAuthentication(context);
    return context;
  } catch (cause) {
    throw new PortError("unauthorized", `credentials of ${source}: ${describe(cause)}`, cause);
  }
}

async function exchange(wanted: HttpRequest, context: RequestContext): Promise<HttpResponse> {
  const dispatcher = context.getDispatcher();
  const answer = await request(context.getUrl(), {
    method: wanted.method,
    headers: { ...wanted.headers, ...trimmed(context.getHeaders()), "user-agent": "breakwater" },
    body: wanted.body,
    signal: wanted.signal,
    // Deadlines are the caller's: undici's own 300 s between bytes would cut quiet watches.
    bodyTimeout: 0,
    ...(dispatcher !== undefined && { dispatcher }),
  });
  return responseOf(answer);
}

/** A token file that ends with a newline makes a header no HTTP library accepts. */
function trimmed(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, value.trim()]));
}

function responseOf({ statusCode, headers, body }: Dispatcher.ResponseData): HttpResponse {
  const single = Object.entries(headers).map(([key, value]) => [key, String(value)] as const);
  return {
    status: statusCode,
    headers: Object.fromEntries(single),
    text: () => body.text(),
    chunks: async function* () {
      body.setEncoding("utf8");
      for await (const chunk of body) yield String(chunk);
    },
  };
}
