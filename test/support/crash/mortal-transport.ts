/** A transport to a real API server whose process dies at a chosen write: nothing follows it. */
import type { Transport } from "../../../src/adapters/kubernetes/transport.ts";
import { writeOf } from "./api-write.ts";
import type { Moment } from "./matrix.ts";

export interface MortalTransport {
  readonly transport: Transport;
  /** Judges every write from now on. @returns what resolves when the process has died */
  dyingAt(verdict: (write: string) => Moment | null): Promise<"died">;
}

/** What a dead process waits for. */
const never = <T>(): Promise<T> => new Promise<T>(() => {});

export function mortal(server: Transport): MortalTransport {
  const life = { dead: false, verdict: (_write: string): Moment | null => null, die: () => {} };
  const transport: Transport = async (request) => {
    if (life.dead) return never();
    const { method, path, headers, body } = request;
    const contentType = headers["Content-Type"] ?? headers["content-type"] ?? "";
    const write = writeOf({ method, path, contentType, body: body ?? "" });
    const moment = write === null ? null : life.verdict(write);
    if (moment === null) return server(request);
    // At once: what the process does beside this must not go on while it is being done.
    life.dead = true;
    if (moment === "after") await (await server(request)).text();
    life.die();
    return never();
  };
  const dyingAt = (verdict: (write: string) => Moment | null): Promise<"died"> => {
    life.verdict = verdict;
    return new Promise((resolve) => {
      life.die = () => resolve("died");
    });
  };
  return { transport, dyingAt };
}
