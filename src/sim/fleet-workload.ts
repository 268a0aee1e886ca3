/**
 * The workload controllers and kubelets of one fleet on one pool: the pods of the racks that have
 * schedulable nodes. Evicted pods finish their running turns and are not made again on cordoned
 * nodes.
 */
import type { CompiledFleet, CompiledPool } from "../core/compiled.ts";
import { SECOND_MS } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";
import type { CacheConfig, EngineHost } from "./engine-host.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";
import type { RandomStream } from "./random.ts";
import type { SimPod, SimRack } from "./rack-state.ts";
import { isLent } from "./rack-state.ts";
import type { Placement, UnitKind } from "./unit-packing.ts";
import { missingUnits, unitKinds } from "./unit-packing.ts";

/** terminationGracePeriodSeconds, Kubernetes' default: then running turns are cut off. */
const GRACE_MS = 30 * SECOND_MS;
/** What an engine's process takes to exit once its last turn has ended. */
const EXIT_MS = 5 * SECOND_MS;
/** Engines of one rack come up within this of the first one. */
const START_SPREAD_MS = 10 * SECOND_MS;

export interface FleetWorkloadOptions {
  readonly fleet: CompiledFleet;
  readonly pool: CompiledPool;
  readonly host: EngineHost;
  readonly timeline: Timeline;
  readonly starts: RandomStream;
}

export class FleetWorkload {
  readonly fleet: CompiledFleet;
  private readonly options: FleetWorkloadOptions;
  private readonly kinds: readonly UnitKind[];
  /** By revision. */
  private readonly configs: (CacheConfig | undefined)[] = [undefined];
  private sequence = 0;

  /** @throws when the fleet has no workload */
  constructor(options: FleetWorkloadOptions) {
    this.fleet = options.fleet;
    this.options = options;
    this.kinds = unitKinds(options.fleet);
  }

  /** The revision of pods made from now on. */
  get revision(): number {
    return this.configs.length - 1;
  }

  /** @returns what a revision says of its engines' caches; undefined: what the profile does. */
  configOf(revision: number): CacheConfig | undefined {
    return this.configs[revision];
  }

  /**
   * A new revision of the workloads: pods of the old one are to be replaced.
   * @param config of the engines' caches; absent: as before
   */
  revise(config = this.configs.at(-1)): void {
    this.configs.push(config);
  }

  /** Makes the pods that are missing on a rack wherever enough free nodes are schedulable. */
  reconcile(rack: SimRack): void {
    if (rack.phase !== "Up" || rack.loaned || isLent(rack)) return;
    const standing = rack.pods.length;
    for (const [index, placement] of this.missing(rack).entries()) {
      // The first engine of a rack serves exactly `startMs` after the pods were made.
      const first = standing + index === 0;
      const lagMs = first ? 0 : this.options.starts.between(0, START_SPREAD_MS);
      this.startLater(rack, this.makePod(rack, placement), rack.lead.startMs + lagMs);
    }
  }

  /** Fills a rack whose engines have answered since `readySince`. Their caches are cold. */
  startServing(rack: SimRack, readySince: number): void {
    for (const placement of this.missing(rack)) {
      this.becomeReady(rack, this.makePod(rack, placement), readySince);
    }
  }

  /** Deletes a pod with its grace: running turns end, or are cut off and sent again. */
  terminate(rack: SimRack, pod: SimPod): void {
    if (pod.terminating || pod.gone) return;
    pod.terminating = true;
    if (pod.replica === null) {
      this.kill(rack, pod);
      return;
    }
    this.after(GRACE_MS, () => this.kill(rack, pod));
    this.options.host.drain(pod.replica, () => {
      this.after(EXIT_MS, () => this.kill(rack, pod));
    });
  }

  /** Its router sends it no new turns from now on; those that run go on. */
  eject(pod: SimPod, at: EpochMs): void {
    if (pod.ejectedAt !== null || pod.gone) return;
    pod.ejectedAt = at;
    if (pod.replica !== null) this.options.host.eject(pod.replica);
  }

  /** Its router sends it turns again. */
  readmit(pod: SimPod): void {
    if (pod.ejectedAt === null || pod.gone) return;
    pod.ejectedAt = null;
    if (pod.replica !== null && !pod.terminating) this.options.host.readmit(pod.replica);
  }

  /** The pod is gone with no grace, or at the end of it; another is made where one fits. */
  kill(rack: SimRack, pod: SimPod): void {
    if (pod.gone) return;
    this.stopEngine(pod);
    pod.gone = true;
    rack.pods.splice(rack.pods.indexOf(pod), 1);
    this.reconcile(rack);
  }

  /** The engine dies; the pod stays in the API until the cluster notices. */
  stopEngine(pod: SimPod): void {
    if (pod.replica !== null) this.options.host.stop(pod.replica);
    pod.replica = null;
  }

  /** The engine's process dies and its container is started again in place. */
  crash(rack: SimRack, pod: SimPod): void {
    this.stopEngine(pod);
    pod.readySince = null;
    if (!pod.terminating) this.startLater(rack, pod, rack.lead.startMs);
  }

  private missing(rack: SimRack): readonly Placement[] {
    return missingUnits(this.kinds, rack, this.options.pool);
  }

  private after(delayMs: number, apply: () => void): void {
    const { timeline } = this.options;
    timeline.schedule(timeline.now() + delayMs, PRIORITY.supply, apply);
  }

  private makePod(rack: SimRack, { kind, nodes }: Placement): SimPod {
    this.sequence += 1;
    const name = `${this.fleet.name}-${kind.workload}-${rack.id}-${this.sequence}`;
    const pod: SimPod = {
      name,
      uid: `pod-${name}`,
      fleet: this.fleet.key,
      workload: kind.workload,
      role: kind.role,
      gpus: kind.gpus,
      nodes,
      revision: this.revision,
      replica: null,
      readySince: null,
      served: false,
      ejectedAt: null,
      terminating: false,
      gone: false,
    };
    rack.pods.push(pod);
    return pod;
  }

  private startLater(rack: SimRack, pod: SimPod, delayMs: number): void {
    this.after(delayMs, () => {
      const dead = pod.terminating || pod.gone || pod.nodes.some(({ failed }) => failed);
      if (!dead && pod.replica === null) {
        this.becomeReady(rack, pod, this.options.timeline.now());
      }
    });
  }

  private becomeReady(rack: SimRack, pod: SimPod, since: number): void {
    pod.replica = this.options.host.start(pod.role, this.configOf(pod.revision));
    // The label that its router goes by is the pod's, whatever becomes of its container.
    if (pod.ejectedAt !== null) this.options.host.eject(pod.replica);
    pod.readySince = since;
    pod.served = true;
    rack.served = true;
  }
}
