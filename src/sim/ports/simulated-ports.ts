/** Every port of the controller over one simulated world. All promises are already settled. */
import type { Digest } from "../../core/canonical.ts";
import type { EpochMs } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { DecisionLog } from "../../ports/decision-log.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import { withCaches, withEngines, withHitRates, withTails } from "../metrics/engine-source.ts";
import { createMetricsStore } from "../metrics/metrics-store.ts";
import { simulatedSignalSource } from "../metrics/signal-source.ts";
import type { World } from "../world.ts";
import { simulatedClusterNodes } from "./cluster-nodes.ts";
import { simulatedDecisionLog } from "./decision-log.ts";
import type { SimulatedDecisionStore } from "./decision-store.ts";
import { simulatedDecisionStore } from "./decision-store.ts";
import type { SimulatedEventSink } from "./event-sink.ts";
import { simulatedEventSink } from "./event-sink.ts";
import type { SimulatedFleetStore } from "./fleet-store.ts";
import { simulatedFleetStore } from "./fleet-store.ts";
import { simulatedLeaderLock } from "./leader-lock.ts";
import { simulatedMemoryStore } from "./memory-store.ts";
import { simulatedRackBackend } from "./rack-backend.ts";
import { simulatedWorkloads } from "./workloads.ts";

/** The ports, and what a person could do or read beside them. */
export interface SimulatedPorts extends Ports {
  readonly store: SimulatedFleetStore;
  readonly decisions: SimulatedDecisionStore;
  readonly events: SimulatedEventSink;
}

export interface SimulatedPortsOptions {
  /** SHA-256 in lower-case hex, which the log chains its records with. */
  readonly digest: Digest;
  readonly telemetry: Telemetry;
  /** Where records go instead of into memory. */
  readonly log?: DecisionLog;
  /** Whether observations show each engine and tails too, for policies that look so closely. */
  readonly engines?: boolean;
}

/** Which turns still run on an ejected engine is read engine by engine. */
const ejects = ({ group }: World["options"]["scenario"]): boolean =>
  group.fleets.some(({ workloads }) =>
    workloads.some(({ ejectLabel }) => ejectLabel !== undefined),
  );

/** To be made before the world's time moves: its metrics server sees only what comes after. */
export function simulatedPorts(
  world: World,
  { digest, telemetry, log, engines = false }: SimulatedPortsOptions,
): SimulatedPorts {
  const clock: Clock = { now: () => world.now() };
  const { scenario } = world.options;
  const store = createMetricsStore({ lagMs: scenario.world.scrape.lagMs });
  world.onScrape(store.scrape);
  const metrics = { store, isOut: (at: EpochMs) => world.metricsOut(at) };
  const usual = withCaches(simulatedSignalSource(metrics), metrics);
  const close = engines || ejects(scenario);
  const signals = close ? withHitRates(withEngines(usual, metrics), metrics) : usual;
  return {
    clock,
    signals: engines ? withTails(signals, metrics) : signals,
    store: simulatedFleetStore(scenario.group),
    backends: { simulated: simulatedRackBackend(world) },
    nodes: simulatedClusterNodes(world),
    workloads: simulatedWorkloads(world),
    decisions: simulatedDecisionStore(clock, world.people, (intent) =>
      world.pool(intent.pool)?.moves.note(intent),
    ),
    memory: simulatedMemoryStore(),
    log: log ?? simulatedDecisionLog(digest),
    events: simulatedEventSink(),
    lock: simulatedLeaderLock(),
    telemetry,
  };
}
