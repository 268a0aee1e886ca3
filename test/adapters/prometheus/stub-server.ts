import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
}

export type Handler = (request: ReceivedRequest, response: ServerResponse) => void;

export interface StubServer {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
  stop(): Promise<void>;
}

/** An HTTP server on loopback that answers as the test says and remembers what it was asked. */
export async function startStub(handler: Handler): Promise<StubServer> {
  const received: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const seen = { path: request.url ?? "", headers: request.headers, form };
      received.push(seen);
      handler(seen, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the stub got no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const answering =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Handler =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

/** A successful answer of the HTTP API with these series. */
export const vector = (
  series: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: unknown }[],
  more: Readonly<Record<string, unknown>> = {},
): string =>
  JSON.stringify({ status: "success", data: { resultType: "vector", result: series }, ...more });
