/**
 * Stands between one controller and its API server, sees every write, and may end the controller's
 * process there: before the write reaches the server, or after it took effect and before it is
 * answered. The kill is a real one; the proxy only chooses the moment.
 */
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import { writeOf } from "./api-write.ts";
import type { Moment } from "./matrix.ts";

export interface KillingProxyOptions {
  readonly url: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly caFile: string;
  /** @returns whether the process that asks for this write is to die, and when */
  readonly verdict: (write: string) => Promise<Moment | null>;
  /** Resolves once the process is gone. */
  readonly kill: () => Promise<void>;
}

export interface KillingProxy {
  readonly url: string;
  stop(): Promise<void>;
}

interface State extends KillingProxyOptions {
  readonly agent: Agent;
}

export async function startKillingProxy(options: KillingProxyOptions): Promise<KillingProxy> {
  const agent = new Agent({ ca: readFileSync(options.caFile), keepAlive: true });
  const state = { ...options, agent };
  const server = createServer((incoming, outgoing) => {
    // The one who asks may be dead by now: what cannot be answered is dropped.
    pass(state, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${portOf(server)}`, stop: () => stop(server, agent) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return address.port;
}

async function stop(server: Server, agent: Agent): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  agent.destroy();
  await closed;
}

async function pass(
  state: State,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = "GET", url: path = "/", headers } = incoming;
  const body = await text(incoming);
  const write = writeOf({ method, path, contentType: headers["content-type"] ?? "", body });
  const moment = write === null ? null : await state.verdict(write);
  if (write !== null && moment === "before") {
    await state.kill();
    outgoing.destroy();
    return;
  }
  const answer = await forward(state, { method, path, headers, body });
  outgoing.on("close", () => answer.destroy());
  if (write !== null && moment === "after") {
    await text(answer);
    await state.kill();
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  outgoing.flushHeaders();
  answer.pipe(outgoing);
}

interface Forwarded extends Pick<IncomingMessage, "headers"> {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

async function forward(state: State, { method, path, headers, body }: Forwarded) {
  const { host: _ours, "transfer-encoding": _encoding, ...rest } = headers;
  const outward = request(`${state.url}${path}`, {
    method,
    agent: state.agent,
    headers: { ...rest, "content-length": Buffer.byteLength(body) },
  });
  outward.end(body);
  const [answer]: IncomingMessage[] = await once(outward, "response");
  if (answer === undefined) throw new Error("no answer");
  return answer;
}
