import { createServer, type Server, type ServerResponse } from "node:http";
import { exposition, type LabelledReplica } from "./exposition.ts";
import { FleetModel } from "./fleet-model.ts";
import type { ReplicaCapacity } from "./replica.ts";
import { loadTraffic, type Traffic } from "./traffic.ts";

export interface VllmExporterOptions {
  readonly seed: number;
  readonly replicas: number;
  readonly perReplica: ReplicaCapacity;
  readonly modelName: string;
  /** Model seconds per second; rates seen by Prometheus are that many times the model's. */
  readonly speed?: number;
  /** The recording, or the generator, when absent. */
  readonly traffic?: Traffic;
  /** Milliseconds from any start, never backwards. The process' monotonic clock by default. */
  readonly clockMs?: () => number;
  /** Where it says which traffic it plays; stderr by default. */
  readonly announce?: (line: string) => void;
}

/** Fits the scrape targets of `startPrometheus`. */
interface ReplicaTarget {
  readonly job: string;
  readonly address: string;
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface VllmExporterState {
  readonly modelSeconds: number;
  readonly turnsPerSecond: number;
  readonly replicas: number;
  readonly waiting: number;
  readonly running: number;
  readonly kvUsage: number;
  readonly turnsArrived: number;
  readonly turnsFinished: number;
  /** Share of prompt tokens that the cache served, since the start. */
  readonly hitRate: number;
}

export interface VllmExporter {
  /** All replicas on one page, told apart by `engine`: one target, so `up` is all or nothing. */
  readonly url: string;
  readonly port: number;
  /** What it plays. */
  readonly traffic: string;
  /**
   * A target per replica and per slot up to `slots`, so that `up` counts replicas. A slot without a
   * replica answers an empty page: the target is up and delivers nothing.
   */
  targets(options: {
    readonly job: string;
    readonly slots: number;
    readonly labels?: Readonly<Record<string, string>>;
  }): readonly ReplicaTarget[];
  /** As a multiple of the traffic's own rate. */
  setLoad(factor: number): void;
  /** On average, in model time. */
  setTurnsPerSecond(rate: number): void;
  setReplicas(count: number): void;
  /** Metrics are refused with 503 while turns are served on; one replica's only, where named. */
  setOutage(on: boolean, replica?: number): void;
  state(): VllmExporterState;
  stop(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";
const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Starts it on a free loopback port and says which traffic it plays. */
export async function startVllmExporter(options: VllmExporterOptions): Promise<VllmExporter> {
  const traffic = options.traffic ?? loadTraffic(options.seed);
  const announce = options.announce ?? ((line) => console.error(line));
  announce(`vllm exporter: traffic ${traffic.description}`);
  const fleet = new ExportedFleet(options, traffic);
  const server = createServer((request, response) => answer(fleet, request.url ?? "/", response));
  const port = await listen(server);
  return {
    url: `http://${LOOPBACK}:${port}/metrics`,
    port,
    traffic: traffic.description,
    targets: ({ job, slots, labels = {} }) =>
      Array.from({ length: slots }, (_, slot) => ({
        job,
        address: `${LOOPBACK}:${port}`,
        path: `/replicas/${slot}/metrics`,
        labels: { instance: `replica-${slot}`, pod: `replica-${slot}`, ...labels },
      })),
    setLoad: (factor) => fleet.current().setLoad(factor),
    setTurnsPerSecond: (rate) => {
      const model = fleet.current();
      model.setLoad(rate / model.meanTurnsPerSecond);
    },
    setReplicas: (count) => fleet.current().setReplicas(count),
    setOutage: (on, replica) => fleet.setOutage(on, replica),
    state: () => fleet.state(),
    stop: () => stop(server),
  };
}

/** The model, the clock that drives it, and what its pages hide. */
class ExportedFleet {
  readonly #options: VllmExporterOptions;
  readonly #model: FleetModel;
  readonly #clockMs: () => number;
  readonly #startedMs: number;
  readonly #silent = new Set<number>();
  #allSilent = false;

  constructor(options: VllmExporterOptions, traffic: Traffic) {
    this.#options = options;
    this.#model = new FleetModel({ ...options, traffic });
    this.#clockMs = options.clockMs ?? (() => performance.now());
    this.#startedMs = this.#clockMs();
  }

  /** The model, brought up to now. */
  current(): FleetModel {
    const elapsedSeconds = (this.#clockMs() - this.#startedMs) / 1000;
    this.#model.advanceTo(elapsedSeconds * (this.#options.speed ?? 1));
    return this.#model;
  }

  setOutage(on: boolean, replica: number | undefined): void {
    if (replica === undefined) this.#allSilent = on;
    else if (on) this.#silent.add(replica);
    else this.#silent.delete(replica);
  }

  /** @returns the text of a page, or null during its outage. */
  page(slot: number | "all"): string | null {
    const silent = slot === "all" ? this.#silent.size > 0 : this.#silent.has(slot);
    if (this.#allSilent || silent) return null;
    const replicas = this.current().replicas.map((replica, index) => ({
      // A replica with a target of its own is a process of its own, whose only engine is 0.
      engine: slot === "all" ? String(index) : "0",
      replica,
    }));
    const shown: readonly LabelledReplica[] =
      slot === "all" ? replicas : replicas.slice(slot, slot + 1);
    return exposition(shown, this.#options);
  }

  state(): VllmExporterState {
    const model = this.current();
    const { replicas } = model;
    const sum = (of: (replica: (typeof replicas)[number]) => number): number =>
      replicas.reduce((total, replica) => total + of(replica), 0);
    const prompt = sum(({ counters }) => counters.promptTokens);
    const computed = sum(({ counters }) => counters.computedTokens);
    return {
      modelSeconds: model.nowSeconds,
      turnsPerSecond: model.load * model.meanTurnsPerSecond,
      replicas: replicas.length,
      waiting: sum(({ waiting }) => waiting),
      running: sum(({ running }) => running),
      kvUsage: sum(({ kvUsage }) => kvUsage) / replicas.length,
      turnsArrived: model.turnsArrived,
      turnsFinished: sum(({ counters }) => counters.finished),
      hitRate: prompt === 0 ? 0 : 1 - computed / prompt,
    };
  }
}

function answer(fleet: ExportedFleet, path: string, response: ServerResponse): void {
  const slot = slotOf(path);
  if (slot === null) {
    response.writeHead(404).end("expected /metrics or /replicas/<number>/metrics\n");
    return;
  }
  const page = fleet.page(slot);
  if (page === null) response.writeHead(503).end("metrics outage\n");
  else response.writeHead(200, { "content-type": CONTENT_TYPE }).end(page);
}

function slotOf(path: string): number | "all" | null {
  if (path === "/metrics") return "all";
  const slot = /^\/replicas\/(\d+)\/metrics$/.exec(path)?.[1];
  return slot === undefined ? null : Number(slot);
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
      else reject(new Error("the exporter got no port"));
    });
  });

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
