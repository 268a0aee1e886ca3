import helmet from "@fastify/helmet";
import fastify, { type FastifyInstance } from "fastify";
import type { AboutAnswer } from "../../api/envelopes.ts";
import { API_SCHEMA_VERSION } from "../../api/schema-version.ts";
import { millis, type Millis } from "../../core/units.ts";
import { PortError } from "../../ports/errors.ts";
import { loopbackGuard, reviewGuard, type Review } from "./access.ts";
import { counterfactualRoutes } from "./counterfactual-routes.ts";
import { readConsoleFiles } from "./console-files.ts";
import { EventStreams } from "./event-stream.ts";
import { apiRoutes, consoleRoutes, eventRoutes, openRoutes, type MetricsText } from "./routes.ts";
import type { View } from "./view.ts";

export interface AppOptions {
  readonly metrics: MetricsText;
  readonly view: View;
  readonly about: Omit<AboutAnswer, "schemaVersion">;
  /** Everything, or only what Prometheus and the kubelet read. */
  readonly surface: "everything" | "health-and-metrics";
  /** Who may read; null on a loopback address, where reaching the port is enough. */
  readonly review: Review | null;
  /** What is not synced yet, in words, for `/readyz`. */
  readonly missing: () => readonly string[];
  /** Told of every request that failed on our side. */
  readonly onError: (error: Error, path: string) => void;
  /** Folder of the built console. */
  readonly consoleDir: string;
  readonly heartbeatMs?: Millis;
}

/** Well below the idle limit of any proxy in between (60 s is common). */
const HEARTBEAT_MS = millis(15_000);

/** A request line and headers arrive at once, or the client is not one of ours. */
const REQUEST_TIMEOUT_MS = 10_000;

/** @returns the application, not yet listening. */
export function buildApp(options: AppOptions): FastifyInstance {
  const app = fastify({ forceCloseConnections: true, requestTimeout: REQUEST_TIMEOUT_MS });
  app.setErrorHandler((error, request, reply) => {
    const { status, text } = answerTo(error);
    if (status >= 500) options.onError(asError(error), request.url);
    return reply.code(status).send({ error: text });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `Nothing is served at ${request.method} ${request.url}.` }),
  );
  app.register(helmet, PROTECTION);
  app.register(openRoutes(options.metrics, options.missing));
  if (options.surface === "everything") app.register(guardedRoutes(options));
  return app;
}

function guardedRoutes(options: AppOptions) {
  const { view, review } = options;
  const streams = new EventStreams(view, options.heartbeatMs ?? HEARTBEAT_MS);
  const about = { schemaVersion: API_SCHEMA_VERSION, ...options.about };
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook("onRequest", review === null ? loopbackGuard() : reviewGuard(review));
    app.addHook("preClose", async () => streams.endAll());
    app.register(apiRoutes(view, about), { prefix: "/api/v1" });
    app.register(counterfactualRoutes(view), { prefix: "/api/v1" });
    app.register(eventRoutes(streams), { prefix: "/api/v1" });
    app.register(consoleRoutes(readConsoleFiles(options.consoleDir)));
  };
}

/** Only our own files, nothing inline; the charts position themselves through the CSSOM. */
const PROTECTION = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  /** TLS, where there is any, ends in front of us: a port-forward speaks plain HTTP. */
  strictTransportSecurity: false,
};

function answerTo(error: unknown): { readonly status: number; readonly text: string } {
  if (error instanceof PortError) return { status: 503, text: error.message };
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : 500;
  if (typeof status !== "number" || status >= 500) return { status: 500, text: INTERNAL };
  return { status, text: asError(error).message };
}

const INTERNAL = "The request failed on our side; the controller's log has the details.";

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
