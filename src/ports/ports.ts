/** Everything the controller talks to; live adapters and the simulated world fill it. */
import type { BackendKind } from "../core/compiled.ts";
import type { Clock } from "./clock.ts";
import type { ClusterNodes } from "./cluster-nodes.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { DecisionStore } from "./decision-store.ts";
import type { EventSink } from "./event-sink.ts";
import type { FleetStore } from "./fleet-store.ts";
import type { LeaderLock } from "./leader-lock.ts";
import type { MemoryStore } from "./memory-store.ts";
import type { RackBackend } from "./rack-backend.ts";
import type { SignalSource } from "./signal-source.ts";
import type { Telemetry } from "./telemetry.ts";
import type { Workloads } from "./workloads.ts";

export interface Ports {
  readonly clock: Clock;
  readonly signals: SignalSource;
  readonly store: FleetStore;
  readonly backends: Readonly<Partial<Record<BackendKind, RackBackend>>>;
  readonly nodes: ClusterNodes;
  readonly workloads: Workloads;
  readonly decisions: DecisionStore;
  readonly memory: MemoryStore;
  readonly log: DecisionLog;
  readonly events: EventSink;
  readonly lock: LeaderLock;
  readonly telemetry: Telemetry;
}
