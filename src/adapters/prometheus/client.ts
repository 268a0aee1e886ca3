/** The Prometheus HTTP API: bounded in time, size and number of requests at once. */
import PQueue from "p-queue";
import { Agent, request } from "undici";
import { seconds } from "../../core/units.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { decodeInstant, decodeRange } from "./decode.ts";
import type { Answer, InstantSeries, RangeSeries } from "./decode.ts";
import { type PrometheusEndpoint, type ResolvedEndpoint, resolveEndpoint } from "./endpoint.ts";
import { type RequestContext, statusError, transportError } from "./failures.ts";

export interface PrometheusClientOptions {
  /** From the call to the decoded answer, time in the queue included. */
  readonly deadlineMs: Millis;
  /** Requests under way at once to one origin: a slow server holds up its own fleets only. */
  readonly concurrencyPerOrigin: number;
}

export interface InstantQuery {
  /** Names the query in messages. */
  readonly name: string;
  readonly promql: string;
  readonly at: EpochMs;
}

export interface RangeQuery {
  readonly name: string;
  readonly promql: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly stepMs: Millis;
}

export interface PrometheusClient {
  /** @throws PortError */
  instant(endpoint: PrometheusEndpoint, query: InstantQuery): Promise<Answer<InstantSeries>>;
  /** @throws PortError */
  range(endpoint: PrometheusEndpoint, query: RangeQuery): Promise<Answer<RangeSeries>>;
  close(): Promise<void>;
}

/** The server gives up first, so that what comes back says why and no work goes on unseen. */
const SERVER_SHARE_OF_DEADLINE = 0.8;
/** A fleet's answer is a few dozen series; a week of history at one minute about 1 MB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export function createPrometheusClient(options: PrometheusClientOptions): PrometheusClient {
  const transport = new Transport(options);
  return {
    instant: (endpoint, query) =>
      transport.post(endpoint, {
        path: "api/v1/query",
        name: query.name,
        form: { query: query.promql, time: String(query.at / 1000) },
        decode: decodeInstant,
      }),
    range: (endpoint, query) =>
      transport.post(endpoint, {
        path: "api/v1/query_range",
        name: query.name,
        form: {
          query: query.promql,
          start: String(query.from / 1000),
          end: String(query.to / 1000),
          step: String(seconds(query.stepMs)),
        },
        decode: decodeRange,
      }),
    close: () => transport.close(),
  };
}

interface Post<Decoded> {
  readonly path: string;
  readonly name: string;
  readonly form: Readonly<Record<string, string>>;
  readonly decode: (body: string, context: RequestContext) => Decoded;
}

class Transport {
  readonly #options: PrometheusClientOptions;
  readonly #queues = new Map<string, PQueue>();
  /** One connection pool per set of certificate authorities. */
  readonly #agents = new Map<string | null, Agent>();

  constructor(options: PrometheusClientOptions) {
    this.#options = options;
  }

  async post<Decoded>(endpoint: PrometheusEndpoint, post: Post<Decoded>): Promise<Decoded> {
    const signal = AbortSignal.timeout(this.#options.deadlineMs);
    const target = await resolveEndpoint(endpoint, post.path);
    const context = { what: `query ${post.name} at ${target.shown}`, excerpt: target.excerpt };
    try {
      const body = await this.#queueOf(target).add(
        () => this.#exchange(target, { post, context, signal }),
        { signal },
      );
      return post.decode(body, context);
    } catch (cause) {
      throw transportError(cause, context);
    }
  }

  async #exchange<Decoded>(
    target: ResolvedEndpoint,
    { post, context, signal }: Exchange<Decoded>,
  ): Promise<string> {
    const timeout = `${Math.round(this.#options.deadlineMs * SERVER_SHARE_OF_DEADLINE)}ms`;
    const answer = await request(target.url, {
      method: "POST",
      headers: { ...target.headers },
      body: new URLSearchParams({ ...post.form, timeout }).toString(),
      dispatcher: this.#agentOf(target),
      signal,
    });
    const body = await answer.body.text();
    if (answer.statusCode === 200) return body;
    const location = [answer.headers.location ?? ""].flat().join(" ");
    throw statusError({ status: answer.statusCode, location, body }, context);
  }

  #queueOf({ url }: ResolvedEndpoint): PQueue {
    const known = this.#queues.get(url.origin);
    const queue = known ?? new PQueue({ concurrency: this.#options.concurrencyPerOrigin });
    this.#queues.set(url.origin, queue);
    return queue;
  }

  #agentOf({ ca }: ResolvedEndpoint): Agent {
    const connect = ca === null ? {} : { ca };
    const agent = this.#agents.get(ca) ?? new Agent({ connect, maxResponseSize: MAX_ANSWER_BYTES });
    this.#agents.set(ca, agent);
    return agent;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }
}

interface Exchange<Decoded> {
  readonly post: Post<Decoded>;
  readonly context: RequestContext;
  readonly signal: AbortSignal;
}
