/** One seed of the swarm of faults. Bundled: see `../bundled.ts`. */
import type { Intent } from "../../../src/core/observation.ts";
import type { ScenarioFault, TrafficShape } from "../../../src/config/compiled-scenario.ts";
import { NOTHING_CARRIED } from "../../../src/controller/carried.ts";
import { tick } from "../../../src/controller/tick.ts";
import { SECOND_MS, millis } from "../../../src/core/units.ts";
import { NO_DECISION_LOG } from "../../../src/ports/decision-log.ts";
import { PortError } from "../../../src/ports/errors.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import type { TickReport } from "../../../src/ports/telemetry.ts";
import { demoWorld } from "../../../src/sim/demo-world.ts";
import { simulatedDecisionLog } from "../../../src/sim/ports/decision-log.ts";
import { simulatedPorts } from "../../../src/sim/ports/simulated-ports.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { sha256 } from "../model/cluster.ts";
import { MINUTE, START, minutes, onlyPool } from "../simulated-world.ts";

/** Safety: everything may fail. Liveness: on a healthy world it must settle. */
const FAULTY_MINUTES = 35;
const HEALTHY_MINUTES = 50;
/** Share of port calls that fail, half of them after they took effect. */
const FAILING_CALLS = 0.03;
const RESTARTS = 0.01;
const TICKS_PER_MINUTE = 4;
/** Two racks bear it; a surge asks for some more. */
const TURNS_PER_SECOND = 4;

export interface SwarmReport {
  /** Codes of ticks that failed. */
  readonly failures: readonly string[];
  readonly intents: readonly Intent[];
  /** Racks with a cordoned node. */
  readonly cordoned: readonly string[];
  /** Kinds of action and what became of them. */
  readonly written: readonly string[];
  readonly last: TickReport | null;
}

interface Drawn {
  readonly seed: number;
  readonly faults: readonly ScenarioFault[];
  readonly surge: TrafficShape;
}

function draw(seed: number): Drawn {
  const random = new RandomStream(seed, "swarm");
  const within = (low: number, high: number) => Math.round(low + (high - low) * random.uniform());
  const at = (low: number, high: number) => ({ atMs: millis(within(low, high) * MINUTE) });
  const lasting = (low: number, high: number) => ({ forMs: millis(within(low, high) * MINUTE) });
  const pool = "gb200-demo";
  const fleet = "agents/coder";
  const minutesOf = (p50: number, p95: number) => ({
    p50Ms: millis(p50 * MINUTE),
    p95Ms: millis(p95 * MINUTE),
  });
  const faults: readonly ScenarioFault[] = [
    { kind: "metrics-outage", ...at(1, 25), ...lasting(1, 10) },
    { kind: "stale-metrics", ...at(1, 25), ...lasting(1, 6) },
    { kind: "node-loss", pool, ...at(1, 20), ...lasting(2, 12), nodes: within(1, 4) },
    { kind: "replica-crash", fleet, ...at(1, 25), replicas: within(1, 4) },
  ];
  const rare: readonly ScenarioFault[] = [
    { kind: "rack-loss", pool, ...at(1, 15), racks: 1, repair: minutesOf(5, 10) },
    { kind: "rack-loss", pool, ...at(1, 15), racks: 1, repair: null },
    { kind: "maintenance", pool, ...at(1, 20), ...lasting(5, 12), racks: 1 },
    { kind: "stuck-boot", pool, ...at(1, 20), ...lasting(5, 12), racks: 1 },
    { kind: "cache-flush", fleet, ...at(1, 25), share: 0.5 },
  ];
  const also = rare[within(0, rare.length - 1)];
  const surge: TrafficShape = {
    atMs: millis(within(3, 12) * MINUTE),
    factor: random.between(1.5, 3),
    rampMs: millis(within(1, 5) * MINUTE),
    holdMs: millis(within(5, 20) * MINUTE),
  };
  return { seed, faults: also === undefined ? faults : [...faults, also], surge };
}

/** Every call of these ports may throw, before it does anything or after it did everything. */
function failing(ports: Ports, random: RandomStream, healthy: () => boolean): Ports {
  const strike = (): void => {
    if (healthy() || random.uniform() >= FAILING_CALLS / 2) return;
    throw new PortError("timeout", "the swarm struck");
  };
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, key, receiver) => {
        const method: unknown = Reflect.get(target, key, receiver);
        if (typeof method !== "function") return method;
        return async (...call: readonly unknown[]) => {
          strike();
          const answer: unknown = await Reflect.apply(method, target, [...call]);
          strike();
          return answer;
        };
      },
    });
  const { store, nodes, workloads, decisions, memory, log, events } = ports;
  const backends = Object.fromEntries(
    Object.entries(ports.backends).map(([kind, backend]) => [kind, wrap(backend)]),
  );
  return {
    ...ports,
    store: wrap(store),
    nodes: wrap(nodes),
    workloads: wrap(workloads),
    decisions: wrap(decisions),
    memory: wrap(memory),
    log: wrap(log),
    events: wrap(events),
    backends,
  };
}

/** @returns how a world ends in which everything fails at first, drawn by the seed */
export const swarmOf = (seed: number): Promise<SwarmReport> => swarm(draw(seed));

async function swarm({ seed, faults, surge }: Drawn): Promise<SwarmReport> {
  const world = demoWorld({
    seed,
    startAt: START,
    surges: [surge],
    faults,
    turnsPerSecond: TURNS_PER_SECOND,
  });
  const failures: string[] = [];
  const written = new Set<string>();
  let last: TickReport | null = null;
  const telemetry = {
    tick: (report: TickReport) => {
      last = report;
      for (const { kind, outcome } of report.actions) written.add(`${kind} ${outcome}`);
    },
    tickFailed: (_what: string, code: string) => void failures.push(code),
    forget: () => {},
  };
  const random = new RandomStream(seed, "strikes");
  // Records are most of what a tick costs: every fifth seed keeps them.
  const log = seed % 5 === 0 ? simulatedDecisionLog(sha256) : NO_DECISION_LOG;
  const simulated = simulatedPorts(world, { digest: sha256, telemetry, log });
  let minute = 0;
  const healthy = (): boolean => minute >= FAULTY_MINUTES;
  const ports = failing(simulated, random, healthy);
  const options = { codeVersion: "swarm", digest: sha256, stopwatch: () => 0 };
  let carried = NOTHING_CARRIED;
  for (let n = 1; n <= (FAULTY_MINUTES + HEALTHY_MINUTES) * TICKS_PER_MINUTE; n += 1) {
    minute = n / TICKS_PER_MINUTE;
    world.advanceTo(minutes((n * 15 * SECOND_MS) / MINUTE));
    if (!healthy() && random.uniform() < RESTARTS) carried = NOTHING_CARRIED;
    carried = await tick(ports, carried, options);
  }
  world.checkConserved();
  const cordoned = onlyPool(world)
    .racks()
    .filter(({ nodes }) => nodes.some((node) => node.cordoned))
    .map(({ id }) => id);
  const intents = await simulated.decisions.list();
  return { failures, intents, cordoned, written: [...written], last };
}
