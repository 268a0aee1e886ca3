import type { Json } from "../../../src/adapters/kubernetes/decode.ts";

/** An answer outside 2xx, with a Status body. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: Json;

  constructor(status: number, body: Json) {
    super(String(body["message"]));
    this.status = status;
    this.body = body;
  }
}

export function refuse(code: number, reason: string, message: string, details: Json = {}): Refusal {
  const status = { kind: "Status", apiVersion: "v1", status: "Failure" };
  return new Refusal(code, { ...status, message, reason, details, code });
}
