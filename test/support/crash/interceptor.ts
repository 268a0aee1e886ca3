/** A transport to a real API server on which chosen requests meet a fault. */
import type {
  HttpRequest,
  HttpResponse,
  Transport,
} from "../../../src/adapters/kubernetes/transport.ts";

export type WireFault =
  /** This answer, and nothing is done. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** It is done, and this is the answer. */
  | { readonly kind: "done-but"; readonly status: number }
  /** Something else happens first, then the request goes on. */
  | { readonly kind: "first"; readonly run: () => Promise<void> };

interface Order {
  readonly matches: (request: HttpRequest) => boolean;
  readonly fault: WireFault;
  left: number;
}

export class Interceptor {
  private readonly server: Transport;
  private readonly orders: Order[] = [];
  private breaking = new AbortController();
  private paused = false;

  constructor(server: Transport) {
    this.server = server;
  }

  readonly transport: Transport = async (request) => {
    const order = this.orders.find(({ left, matches }) => left > 0 && matches(request));
    if (order === undefined) return this.streamed(request);
    order.left -= 1;
    const { fault } = order;
    if (fault.kind === "answer") return answer(fault.status, fault.body, fault.headers);
    if (fault.kind === "first") await fault.run();
    const done = await this.server(request);
    if (fault.kind === "first") return done;
    await done.text();
    return answer(fault.status);
  };

  /** The next so many requests that match meet it. */
  order(matches: Order["matches"], fault: WireFault, times = 1): void {
    this.orders.push({ matches, fault, left: times });
  }

  /** Faults that nobody met yet. */
  left(): number {
    return this.orders.reduce((sum, { left }) => sum + left, 0);
  }

  /** From now on nothing that a watch says comes through, until they break. */
  pauseStreams(): void {
    this.paused = true;
  }

  /** Ends every watch, as a load balancer does. */
  breakStreams(): void {
    this.breaking.abort();
    this.breaking = new AbortController();
    this.paused = false;
  }

  private async streamed(request: HttpRequest): Promise<HttpResponse> {
    if (!request.path.includes("watch=1")) return this.server(request);
    const broken = this.breaking.signal;
    const signal = AbortSignal.any([request.signal, broken]);
    const response = await this.server({ ...request, signal });
    const isPaused = (): boolean => this.paused;
    return { ...response, chunks: () => passing(response.chunks(), isPaused) };
  }
}

async function* passing(
  chunks: AsyncIterable<string>,
  isPaused: () => boolean,
): AsyncGenerator<string> {
  for await (const chunk of chunks) if (!isPaused()) yield chunk;
}

function answer(
  status: number,
  body = "",
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    text: () => Promise.resolve(body),
    chunks: async function* () {
      yield body;
    },
  };
}
