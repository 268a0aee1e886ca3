/** What stands behind the webhooks of an Alertmanager: remembers who was told what. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { freePort } from "../control-plane/free-port.ts";

export interface ToldAlert {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface AlertReceiver {
  /** Where the receiver of this name is told. */
  readonly urlOf: (receiver: string) => string;
  /** Alerts that the receiver was told, oldest first. */
  readonly toldTo: (receiver: string) => readonly ToldAlert[];
  readonly stop: () => Promise<void>;
}

/** Listens on loopback; the path of a call names the receiver. */
export async function startAlertReceiver(): Promise<AlertReceiver> {
  const told = new Map<string, ToldAlert[]>();
  const note = async (request: IncomingMessage): Promise<void> => {
    const receiver = (request.url ?? "/").slice(1);
    const { alerts }: { readonly alerts: readonly ToldAlert[] } = JSON.parse(await textOf(request));
    told.set(receiver, [...(told.get(receiver) ?? []), ...alerts]);
  };
  const server = createServer((request, response) => {
    // Answered with an error it is told again.
    note(request).then(
      () => response.end(),
      () => response.writeHead(500).end(),
    );
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    urlOf: (receiver) => `http://127.0.0.1:${port}/${receiver}`,
    toldTo: (receiver) => told.get(receiver) ?? [],
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
