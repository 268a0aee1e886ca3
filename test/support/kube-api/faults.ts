import type { HttpRequest, HttpResponse } from "../../../src/adapters/kubernetes/transport.ts";

/** What goes wrong with a request. */
export type Fault =
  /** This answer, nothing done. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  /** It is done, and this is the answer. */
  | { readonly kind: "done-but"; readonly status: number }
  /** The connection breaks before anything is done. */
  | { readonly kind: "reset" }
  /** No answer until the caller gives up. */
  | { readonly kind: "hang" }
  /** Something else happens first, then the request goes on. */
  | { readonly kind: "first"; readonly run: () => void };

export interface FaultOrder {
  readonly method?: HttpRequest["method"];
  readonly path: RegExp;
  readonly fault: Fault;
  /** How many matching requests it befalls; 1 when absent. */
  readonly times?: number;
}

/** Faults that were ordered, in order; each befalls the next request it matches. */
export class Faults {
  readonly #orders: { order: FaultOrder; left: number }[] = [];

  order(order: FaultOrder): void {
    this.#orders.push({ order, left: order.times ?? 1 });
  }

  take(request: HttpRequest): Fault | null {
    const found = this.#orders.find(
      ({ order, left }) =>
        left > 0 &&
        order.path.test(request.path) &&
        (order.method === undefined || order.method === request.method),
    );
    if (found === undefined) return null;
    found.left -= 1;
    return found.order.fault;
  }
}

export const connectionReset = (): Error =>
  new TypeError("fetch failed", { cause: new Error("other side closed") });

/** Never resolves; rejects when the request is aborted. */
export function untilAborted(signal: AbortSignal): Promise<HttpResponse> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(new DOMException("This operation was aborted", "AbortError"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
  });
}
