/** Engines that are simply there, without racks: what peers' simulators have. */
import { MINUTE_MS } from "../core/units.ts";
import type { EngineHost } from "./engine-host.ts";
import type { Endpoint } from "./fleet-endpoints.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";

/** A crashed one is back after this. */
const RESTART_MS = MINUTE_MS;

export class FixedReplicas {
  private readonly host: EngineHost;
  private readonly timeline: Timeline;
  private readonly engines: { readonly name: string; replica: number | null }[];

  constructor(options: {
    readonly host: EngineHost;
    readonly timeline: Timeline;
    readonly name: string;
    readonly replicas: number;
  }) {
    this.host = options.host;
    this.timeline = options.timeline;
    this.engines = Array.from({ length: options.replicas }, (_, index) => ({
      name: `${options.name}-${index}`,
      replica: null,
    }));
  }

  begin(): void {
    for (const engine of this.engines) engine.replica = this.host.start("Aggregated");
  }

  endpoints(): readonly Endpoint[] {
    return this.engines.map((engine) => ({
      name: engine.name,
      role: "Aggregated",
      replica: engine.replica,
      crash: () => {
        if (engine.replica === null) return;
        this.host.stop(engine.replica);
        engine.replica = null;
        this.timeline.schedule(this.timeline.now() + RESTART_MS, PRIORITY.supply, () => {
          engine.replica = this.host.start("Aggregated");
        });
      },
    }));
  }
}
