/** The Prometheus HTTP API: bounded in time, size and number of requests at once. */
import { createSecureContext } from "node:tls";
import PQueue from "p-queue";
import { Agent, request } from "undici";
import { seconds } from "../../core/units.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { decodeInstant, decodeRange } from "./decode.ts";
import type { Answer, InstantSeries, RangeSeries } from "./decode.ts";
import {
  type PrometheusEndpoint,
  type ResolvedEndpoint,
  resolveEndpoint,
  type TlsIdentity,
} from "./endpoint.ts";
import { type RequestContext, certificateError, statusError, transportError } from "./failures.ts";

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
/**
 * Connection pools that are kept: more than there are Prometheus servers with certificates of their
 * own, few enough that those of rotated certificates go.
 */
const MAX_POOLS = 64;
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
  /** One connection pool per TLS identity, the one used longest ago first. */
  readonly #agents = new Map<string, Agent>();

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
      dispatcher: this.#agentOf(target, context),
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

  /** @throws PortError when certificate and key are none, or not of each other */
  #agentOf({ tls }: ResolvedEndpoint, context: RequestContext): Agent {
    const identity = JSON.stringify(tls);
    const known = this.#agents.get(identity);
    const agent =
      known ??
      new Agent({ connect: connectOptions(tls, context), maxResponseSize: MAX_ANSWER_BYTES });
    this.#agents.delete(identity);
    this.#agents.set(identity, agent);
    this.#dropOldest();
    return agent;
  }

  /** What is under way over it still ends. */
  #dropOldest(): void {
    const [oldest] = this.#agents;
    if (this.#agents.size <= MAX_POOLS || oldest === undefined) return;
    const [identity, agent] = oldest;
    this.#agents.delete(identity);
    void agent.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }
}

/** Tried out first: within a connection, a key that does not fit would look like a dead server. */
function connectOptions({ ca, cert, key }: TlsIdentity, context: RequestContext) {
  const authorities = ca === null ? {} : { ca };
  if (cert === null || key === null) return authorities;
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw certificateError(cause, context);
  }
  return { ...authorities, cert, key };
}

interface Exchange<Decoded> {
  readonly post: Post<Decoded>;
  readonly context: RequestContext;
  readonly signal: AbortSignal;
}
