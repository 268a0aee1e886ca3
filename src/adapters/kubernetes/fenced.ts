import { PortError } from "../../ports/errors.ts";
import type { Transport } from "./transport.ts";

/**
 * A transport that starts no write once `mayWrite` says no, retries and later parts of one action
 * included: after the lease deadline somebody else may already be writing (INV-13).
 */
export const fenced =
  (transport: Transport, mayWrite: () => boolean): Transport =>
  async (request) => {
    if (request.method !== "GET" && !mayWrite()) {
      throw new PortError(
        "forbidden",
        `${request.method} ${request.path}: past the lease deadline`,
      );
    }
    return transport(request);
  };
