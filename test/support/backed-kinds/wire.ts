import type {
  HttpRequest,
  HttpResponse,
  Transport,
} from "../../../src/adapters/kubernetes/transport.ts";

/** What befalls a write of a count on its way. */
export type WriteFault =
  /** This answer, nothing done. */
  | { readonly kind: "answer"; readonly status: number; readonly retryAfterSeconds?: number }
  /** It is done, and this is the answer. */
  | { readonly kind: "done-but"; readonly status: number }
  /** Something else happens first, then it goes on. */
  | { readonly kind: "first"; readonly run: () => Promise<void> };

/** The way from a backend to an API server, real or not, on which writes of a count can fail. */
export class Wire {
  readonly #faults: WriteFault[] = [];
  readonly #inner: Transport;
  readonly #countPath: string;

  /** @param countPath what the path of every write of the count contains: `/nodepools/gb200-a` */
  constructor(inner: Transport, countPath: string) {
    this.#inner = inner;
    this.#countPath = countPath;
  }

  /** Befalls the next write of the count, or the next few. */
  order(fault: WriteFault, times = 1): void {
    for (let i = 0; i < times; i += 1) this.#faults.push(fault);
  }

  /** Faults that no write has met. */
  left(): number {
    return this.#faults.length;
  }

  readonly transport: Transport = async (request) => {
    const fault = this.#isCountWrite(request) ? this.#faults.shift() : undefined;
    if (fault?.kind === "answer") return refusal(fault.status, fault.retryAfterSeconds);
    if (fault?.kind === "first") await fault.run();
    const answer = await this.#inner(request);
    if (fault?.kind !== "done-but") return answer;
    await answer.text();
    return refusal(fault.status);
  };

  #isCountWrite({ method, path }: HttpRequest): boolean {
    const [plain = ""] = path.split("?");
    return method === "PATCH" && `${plain}/`.includes(`${this.#countPath}/`);
  }
}

function refusal(status: number, retryAfterSeconds?: number): HttpResponse {
  const body = JSON.stringify({ kind: "Status", code: status, message: "as ordered" });
  const wait = retryAfterSeconds === undefined ? {} : { "retry-after": `${retryAfterSeconds}` };
  return {
    status,
    headers: { "content-type": "application/json", ...wait },
    text: async () => body,
    chunks: async function* () {
      yield body;
    },
  };
}
