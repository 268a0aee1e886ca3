/** Tells of every exchange with the API server, without changing any. */
import type { CallWatch, ClientCall } from "../telemetry/client-call.ts";
import type { KubeConnection } from "./connection.ts";
import { codeOfStatus } from "./failures.ts";
import type { Transport } from "./transport.ts";

/** @returns the connection, whose exchanges are told of once their headers are here */
export const watchedConnection = (
  connection: KubeConnection,
  watch: CallWatch,
): KubeConnection => ({
  ...connection,
  transport: watchedTransport(connection.transport, watch),
});

export function watchedTransport(
  transport: Transport,
  { onCall, stopwatch }: CallWatch,
): Transport {
  return async (request) => {
    const startedAt = stopwatch();
    const tell = (answer: ClientCall["answer"]): void =>
      onCall({ client: "kubernetes", answer, seconds: (stopwatch() - startedAt) / 1_000 });
    try {
      const response = await transport(request);
      tell(response.status < 400 ? "ok" : codeOfStatus(response.status));
      return response;
    } catch (error) {
      tell(request.signal.aborted ? "timeout" : "unreachable");
      throw error;
    }
  };
}
