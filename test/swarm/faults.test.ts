import { describe, expect, it } from "vitest";
import { NOTHING_CARRIED } from "../../src/controller/carried.ts";
import { tick } from "../../src/controller/tick.ts";
import { SECOND_MS, millis } from "../../src/core/units.ts";
import { PortError } from "../../src/ports/errors.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { TickReport } from "../../src/ports/telemetry.ts";
import { simulatedPorts } from "../../src/sim/ports/simulated-ports.ts";
import { RandomStream } from "../../src/sim/random.ts";
import type { Fault } from "../../src/sim/world-options.ts";
import { sha256 } from "../support/model/cluster.ts";
import { MINUTE, aWorld, minutes, onlyPool } from "../support/simulated-world.ts";

const SEEDS = 50;
/** Safety: everything may fail. Liveness: on a healthy world it must settle. */
const FAULTY_MINUTES = 35;
const HEALTHY_MINUTES = 50;
/** Share of port calls that fail, half of them after they took effect. */
const FAILING_CALLS = 0.03;
const RESTARTS = 0.01;
const TICKS_PER_MINUTE = 4;

interface Drawn {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly surgeAfterMs: number;
}

function draw(seed: number): Drawn {
  const random = new RandomStream(seed, "swarm");
  const within = (low: number, high: number) => Math.round(low + (high - low) * random.uniform());
  const outage: Fault = {
    kind: "metrics-outage",
    afterMs: millis(within(1, 25) * MINUTE),
    forMs: millis(within(1, 10) * MINUTE),
  };
  const loss: Fault = {
    kind: "node-loss",
    pool: "gb200-demo",
    afterMs: millis(within(1, 20) * MINUTE),
    forMs: millis(within(2, 12) * MINUTE),
    nodes: within(1, 4),
  };
  return { seed, faults: [outage, loss], surgeAfterMs: within(3, 12) * MINUTE };
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

async function swarm({ seed, faults, surgeAfterMs }: Drawn) {
  const surges = {
    firstAfterMs: millis(surgeAfterMs),
    everyMs: { low: 600 * MINUTE, high: 601 * MINUTE },
    factor: { low: 1.5, high: 3 },
    rampMs: { low: MINUTE, high: 5 * MINUTE },
    holdMs: { low: 5 * MINUTE, high: 20 * MINUTE },
  };
  const world = aWorld({ seed, surges, faults });
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
  const simulated = simulatedPorts(world, { digest: sha256, telemetry });
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
  const intents = await simulated.decisions.list();
  return { world, failures, intents, written, last: () => last };
}

describe(`${SEEDS} seeds of a swarm of faults`, () => {
  const seeds = Array.from({ length: SEEDS }, (_, n) => 1_000 + n);

  it.each(seeds)(
    "SEED=%i: no invariant breaks, and the fleet settles once faults stop",
    async (seed) => {
      const { world, failures, intents, last } = await swarm(draw(seed));
      expect(failures.filter((code) => code.startsWith("INV"))).toEqual([]);
      const open = intents.filter(({ phase }) => ["Pending", "Approved"].includes(phase));
      expect(open).toEqual([]);
      const draining = intents.filter(({ phase }) => phase === "Executing").map(({ rack }) => rack);
      expect(draining.length).toBeLessThanOrEqual(1);
      const pool = onlyPool(world);
      const cordoned = pool
        .racks()
        .filter(({ nodes }) => nodes.some((node) => node.cordoned))
        .map(({ id }) => id);
      expect(cordoned.filter((id) => !draining.includes(id))).toEqual([]);
      const report = last();
      const [fleet] = report?.observation.fleets ?? [];
      expect(fleet?.objectives.map(({ share }) => share)).toMatchObject([
        { kind: "value", value: expect.toSatisfy((share: number) => share >= 0.95) },
        { kind: "value", value: expect.toSatisfy((share: number) => share >= 0.95) },
      ]);
    },
  );

  it("strikes: ticks fail, writes fail, and yet racks are asked for and given back", async () => {
    const runs = await Promise.all(seeds.slice(0, 6).map((seed) => swarm(draw(seed))));
    expect(Math.min(...runs.map(({ failures }) => failures.length))).toBeGreaterThan(5);
    const written = new Set(runs.flatMap((run) => [...run.written]));
    for (const kind of ["OpenIntent", "SetPhase", "SetCount", "Cordon", "Evict"]) {
      expect(written).toContain(`${kind} applied`);
    }
    expect([...written].some((entry) => entry.endsWith(" failed"))).toBe(true);
  });
});
