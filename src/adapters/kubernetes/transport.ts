export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query, starting with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  text(): Promise<string>;
  /** The body as it arrives, for watches. */
  chunks(): AsyncIterable<string>;
}

/** One HTTP exchange. Rejects when there is no answer; what an answer means is the client's. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;
