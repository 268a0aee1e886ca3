/** Servers that stand where a fleet's Prometheus should, one for each way of not being one. */
import {
  answering,
  type Handler,
  startStub,
  type StubServer,
} from "../../adapters/prometheus/stub-server.ts";

/** A proxy that quotes back what it was sent, credentials included. */
const echoing =
  (status: number, before: string, after: string): Handler =>
  ({ headers }, response) =>
    response.writeHead(status).end(`${before}${headers.authorization ?? "nobody"}${after}`);

const HANDLERS = {
  unauthorized: echoing(401, "no such user: ", ""),
  "not-found": answering(404, "404 page not found"),
  failing: answering(500, "upstream exploded"),
  silent: () => undefined,
  "login-page": echoing(200, "<html><title>Sign in</title><!-- ", " --></html>"),
} as const satisfies Readonly<Record<string, Handler>>;

export type Awkwardness = keyof typeof HANDLERS;

export type AwkwardServers = Readonly<Record<Awkwardness, StubServer>>;

export async function startAwkwardServers(): Promise<AwkwardServers> {
  return {
    unauthorized: await startStub(HANDLERS.unauthorized),
    "not-found": await startStub(HANDLERS["not-found"]),
    failing: await startStub(HANDLERS.failing),
    silent: await startStub(HANDLERS.silent),
    "login-page": await startStub(HANDLERS["login-page"]),
  };
}
