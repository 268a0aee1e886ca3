/**
 * A new revision of a fleet's workloads: racks are taken one after the other, all pods of one are
 * deleted with their grace and made anew, cold, and the next follows once they are Ready.
 */
import { SECOND_MS } from "../core/units.ts";
import type { CacheConfig } from "./engine-host.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";
import type { Deployment, PlacedPod } from "./fleet-endpoints.ts";

/** How often the workload controller looks whether it can go on. */
const LOOK_MS = 5 * SECOND_MS;

export interface RolloutOptions {
  readonly timeline: Timeline;
  readonly deployments: readonly Deployment[];
  readonly pods: () => readonly PlacedPod[];
}

export class Rollout {
  private readonly options: RolloutOptions;
  private running = false;

  constructor(options: RolloutOptions) {
    this.options = options;
  }

  inProgress(): boolean {
    return this.running;
  }

  /**
   * One that comes while another runs takes it over.
   * @param config of the new engines' caches; absent: as the last revision's
   */
  begin(config?: CacheConfig): void {
    for (const { workload } of this.options.deployments) workload.revise(config);
    if (this.running) return;
    this.running = true;
    this.look();
  }

  private look(): void {
    const { timeline, pods } = this.options;
    const all = pods();
    const old = all.filter(({ deployment, pod }) => pod.revision < deployment.workload.revision);
    const busy = all.some((placed) => placed.pod.replica === null || placed.pod.terminating);
    this.running = busy || old.length > 0;
    if (!this.running) return;
    if (!busy) this.replaceRack(old);
    timeline.schedule(timeline.now() + LOOK_MS, PRIORITY.supply, () => this.look());
  }

  private replaceRack(old: readonly PlacedPod[]): void {
    const rack = old[0]?.rack;
    for (const { deployment, rack: on, pod } of old) {
      if (on === rack) deployment.workload.terminate(on, pod);
    }
  }
}
