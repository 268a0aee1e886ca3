import type { FastifyInstance } from "fastify";
import { buildApp, type AppOptions } from "../../../src/adapters/http/app.ts";
import { createHttpServer, type HttpServerOptions } from "../../../src/adapters/http/server.ts";
import { createView, type View } from "../../../src/adapters/http/view.ts";
import { createMetrics } from "../../../src/adapters/telemetry/metrics.ts";

const ABOUT: AppOptions["about"] = {
  mode: "live",
  version: "0.1.0",
  speed: null,
  notes: [],
};

const throwIt = (error: Error): never => {
  throw error;
};

export function anApp(changes: Partial<AppOptions> = {}): FastifyInstance {
  const view = changes.view ?? createView({ runId: "run" });
  return buildApp({
    metrics: createMetrics({ version: "0.1.0" }),
    view,
    about: ABOUT,
    surface: "everything",
    review: null,
    missing: () => view.missing(),
    onError: throwIt,
    consoleDir: "no-such-folder",
    ...changes,
  });
}

export const aServer = (view: View, changes: Partial<HttpServerOptions> = {}) =>
  createHttpServer({
    address: { host: "127.0.0.1", port: 0 },
    metrics: createMetrics({ version: "0.1.0" }),
    view,
    about: ABOUT,
    onError: throwIt,
    consoleDir: "no-such-folder",
    ...changes,
  });
