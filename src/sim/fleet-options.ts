/** What one fleet of the world is made of. */
import type {
  ScenarioClients,
  ScenarioEngine,
  ScenarioRouter,
  ScenarioStore,
} from "../config/compiled-scenario.ts";
import type { CompiledFleet } from "../core/compiled.ts";
import type { SessionSource } from "../traces/turn-templates.ts";
import type { Timeline } from "./event-queue.ts";
import type { FleetKernel, KernelOptions, TurnRecord } from "./kernel/contract.ts";

export interface FleetWorldOptions {
  readonly fleet: CompiledFleet;
  readonly engine: ScenarioEngine;
  readonly router: ScenarioRouter;
  /** Absent: there is none. */
  readonly store?: ScenarioStore | null;
  readonly clients: ScenarioClients;
  readonly sources: readonly SessionSource[];
  readonly seed: number;
  readonly timeline: Timeline;
  /** Epoch milliseconds: of the kernel's 0, and from which results count. */
  readonly beganAt: number;
  readonly startsAt: number;
  readonly createKernel: (options: KernelOptions) => FleetKernel;
  readonly onTurn?: (turn: TurnRecord) => void;
}
