import type { AddressInfo } from "node:net";
import { buildApp, type AppOptions } from "./app.ts";
import { isLoopback } from "./loopback.ts";

export interface HttpServerOptions
  extends Pick<AppOptions, "metrics" | "view" | "about" | "onError" | "heartbeatMs"> {
  /** Port 0 takes a free one. */
  readonly address: { readonly host: string; readonly port: number };
  /** Default: everything. */
  readonly surface?: AppOptions["surface"];
  /** Needed where others can reach the address and more than health and metrics is served. */
  readonly review?: AppOptions["review"];
  /** What is not synced yet, in words; default: what the view misses. */
  readonly missing?: AppOptions["missing"];
  /** Folder of the built console. */
  readonly consoleDir: string;
}

export interface HttpServer {
  /** @returns where it listens. @throws HttpServerError when the address cannot be had. */
  listen(): Promise<{ readonly url: string }>;
  /** Ends the streams, then the connections. */
  close(): Promise<void>;
}

/** Thrown when the server may not or cannot listen where it was told to. */
export class HttpServerError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "HttpServerError";
  }
}

/** @throws HttpServerError when it would show the fleet to anybody who can reach the address. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { host, port } = options.address;
  const surface = options.surface ?? "everything";
  const review = isLoopback(host) ? null : (options.review ?? null);
  if (surface === "everything" && review === null && !isLoopback(host)) {
    throw new HttpServerError(unguarded(host));
  }
  const missing = options.missing ?? (() => options.view.missing());
  const app = buildApp({ ...options, surface, review, missing });
  return {
    listen: async () => {
      await app.listen({ host, port }).catch((cause: unknown) => {
        throw new HttpServerError(`cannot listen on ${host}:${port}: ${String(cause)}`, cause);
      });
      return { url: urlOf(host, app.server.address()) };
    },
    close: () => app.close(),
  };
}

const unguarded = (host: string): string =>
  `the HTTP address ${host} can be reached from other machines, and nobody would be asked who ` +
  "they are: bind to a loopback address (127.0.0.1) and use 'kubectl port-forward', serve " +
  "health and metrics only, or have tokens reviewed by the cluster";

function urlOf(host: string, address: AddressInfo | string | null): string {
  const port = address === null || typeof address === "string" ? 0 : address.port;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}/`;
}
