/**
 * One story on the simulated world that has every workflow in it: two racks at once, a drain, a
 * drain that a surge calls off, a growth that a person approves, and a foreign writer in the middle
 * of one. The load is scripted: engines without turns are enough for what may be lost here.
 */
import type {
  CompiledFleet,
  CompiledGroup,
  CompiledPool,
  FleetKey,
  Spread,
} from "../../../src/core/compiled.ts";
import { isOpen } from "../../../src/core/intents.ts";
import type { Intent } from "../../../src/core/observation.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import {
  HOUR_MS,
  SECOND_MS,
  after,
  gpuCount,
  millis,
  nodeCount,
  rackCount,
} from "../../../src/core/units.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import type { RackBackend } from "../../../src/ports/rack-backend.ts";
import { simulatedPorts } from "../../../src/sim/ports/simulated-ports.ts";
import type { SimulatedPorts } from "../../../src/sim/ports/simulated-ports.ts";
import { isHeld, isServing } from "../../../src/sim/rack-state.ts";
import type { World } from "../../../src/sim/world.ts";
import { aLoad, anOverride, someSignals } from "../builders/observed.ts";
import { sha256 } from "../model/cluster.ts";
import { GROUP, aWorld, onlyPool } from "../simulated-world.ts";
import type { Story, StoryEnd } from "./matrix.ts";

/** As coarse as a loop may be: four times as many deaths would show the same waits. */
const TICK_MS = millis(60 * SECOND_MS);
const seconds = (p50: number): Spread => ({
  p50Ms: millis(p50 * SECOND_MS),
  p95Ms: millis(2 * p50 * SECOND_MS),
});
/** A rack serves within two ticks. */
const LEAD_TIMES = { grant: seconds(1), boot: seconds(5), join: seconds(1), start: seconds(2) };
const UNITS_PER_RACK = 2;

/** Turns/s: few enough that what people say decides, whatever the forecast makes of them. */
const LOAD = 0.8;

/** Racks of two nodes, an engine on each: it is the calls that matter here. */
const pool = (base: CompiledPool): CompiledPool => ({
  ...base,
  rack: { ...base.rack, nodes: nodeCount(2), usableNodes: nodeCount(2) },
  leadTimePrior: { ...base.leadTimePrior, ...LEAD_TIMES },
  // What is paid for whether used or not is not given back.
  supply: { ...base.supply, committedRacks: rackCount(0) },
  limits: { ...base.limits, maxRequestsPerHour: 60 },
  onForeignWrite: { action: "Hold", forMs: millis(2 * TICK_MS) },
});

/** All racks are paid for: what is not wanted is lent, and called back after a tick. */
const lending = (base: CompiledPool, committed: number): CompiledPool => ({
  ...base,
  supply: { ...base.supply, committedRacks: rackCount(committed) },
  consumers: base.consumers.map((consumer) => ({ ...consumer, guaranteed: rackCount(1) })),
  loan: {
    podLabels: { queue: "training" },
    max: rackCount(2),
    fenceTaint: "breakwater.dev/reclaim",
    graceMs: millis(TICK_MS / 2),
    minTenureMs: TICK_MS,
    gangKeys: [],
  },
});

/** A fleet beside the first, with as much to do; no rack is to be had but those that are there. */
const OTHER: FleetKey = "agents/other";
const shared = (base: CompiledPool, racks: number): CompiledPool => ({
  ...base,
  supply: { ...base.supply, committedRacks: rackCount(racks) },
  limits: { ...base.limits, maxRacks: rackCount(racks) },
  consumers: base.consumers.flatMap((consumer) => [
    { ...consumer, guaranteed: rackCount(1) },
    { ...consumer, guaranteed: rackCount(1), fleet: { namespace: "agents", name: "other" } },
  ]),
});
const other = (base: CompiledFleet): CompiledFleet => ({
  ...base,
  key: OTHER,
  namespace: "agents",
  name: "other",
  uid: "uid-of-other",
});

/** Three racks at once are for a person to confirm. */
const fleet = (base: CompiledFleet): CompiledFleet => ({
  ...base,
  racks: { ...base.racks, min: rackCount(1), surviveRackLosses: rackCount(0) },
  pools: base.pools.map((entry) => ({ ...entry, engineStartPrior: LEAD_TIMES.start })),
  workloads: base.workloads.map((workload) => ({
    ...workload,
    gpusPerUnit: gpuCount(4),
    ejectLabel: "breakwater.dev/route",
    unitsPerRack: UNITS_PER_RACK,
  })),
  warm: { ...base.warm, orAfterMs: TICK_MS },
  behavior: {
    ...base.behavior,
    scaleInStabilizationMs: millis(2 * TICK_MS),
    reviewIntervalMs: TICK_MS,
  },
  confirm: [
    {
      name: "big-buy",
      when: { direction: "Out", minRacks: rackCount(3), minUsdPerHour: null },
      approvers: 1,
      expiresAfterMs: HOUR_MS,
      onExpiry: "Drop",
    },
  ],
});

interface Plot {
  readonly startRacks: number;
  /** Of those, the ones that are lent; absent: the pool has no loan. */
  readonly loanedRacks?: number;
  /** Another fleet draws on the pool, and has half of the racks; absent: there is none. */
  readonly shared?: true;
  readonly scenes: readonly Scene[];
}

/** What people want next, and how one sees that it came about. */
interface Scene {
  readonly floor: number;
  /** Said once a unit of the rack is out of routing: the surge came back. */
  readonly floorOnceEjected?: number;
  /** What the other fleet wants, and has in the end: all that the first does not. */
  readonly other?: number;
  /** Somebody sets the count to this just before our next write of it. */
  readonly foreignCount?: number;
  readonly racks: number;
  /** Of those, the ones that run the loan's pods; absent: none. */
  readonly lent?: number;
}

/** One workflow each, so that a life is short; the last is all of them in a row. */
export const SIMULATED_STORIES = {
  "two racks at once": { startRacks: 3, scenes: [{ floor: 5, racks: 5 }] },
  "a rack drained and given back": { startRacks: 4, scenes: [{ floor: 3, racks: 3 }] },
  "a drain that a surge calls off": {
    startRacks: 4,
    scenes: [{ floor: 3, floorOnceEjected: 4, racks: 4 }],
  },
  "three racks that a person approves": { startRacks: 3, scenes: [{ floor: 6, racks: 6 }] },
  "a foreign writer just before ours": {
    startRacks: 3,
    scenes: [{ floor: 4, foreignCount: 5, racks: 4 }],
  },
  "two racks called back from the loan": {
    startRacks: 4,
    loanedRacks: 2,
    scenes: [{ floor: 4, racks: 4 }],
  },
  "a rack lent": { startRacks: 4, loanedRacks: 0, scenes: [{ floor: 3, racks: 4, lent: 1 }] },
  "a rack moved to the other fleet": {
    startRacks: 8,
    shared: true,
    scenes: [{ floor: 3, other: 5, racks: 8 }],
  },
  "a move that a surge calls off": {
    startRacks: 8,
    shared: true,
    scenes: [{ floor: 3, floorOnceEjected: 4, other: 5, racks: 8 }],
  },
  "all of it in a row": {
    startRacks: 3,
    scenes: [
      { floor: 5, racks: 5 },
      { floor: 4, racks: 4 },
      { floor: 3, floorOnceEjected: 4, racks: 4 },
      { floor: 7, racks: 7 },
      { floor: 8, foreignCount: 9, racks: 8 },
    ],
  },
} satisfies Readonly<Record<string, Plot>>;

/** By how much the controller's clock is off, in turn, each for as many ticks. */
export interface Skew {
  readonly byMs: readonly number[];
  readonly ticksEach: number;
}
const NO_SKEW: Skew = { byMs: [0], ticksEach: 1 };

/** @returns a new world at the story's beginning */
export function simulatedStory(plot: Plot, skew = NO_SKEW): Story {
  const { scenes, startRacks, loanedRacks } = plot;
  const group = groupOf(plot);
  const supply = {
    startRacks,
    loanedRacks: loanedRacks ?? 0,
    leadTimes: LEAD_TIMES,
    leadTimeBoundsMs: null,
    release: seconds(5),
  };
  // The load is scripted below, so that nobody reads what would be scraped.
  const scrape = { intervalMs: HOUR_MS, lagMs: millis(0) };
  const world = aWorld({ group, supply, world: { scrape } });
  return new SimulatedStory(world, scenes, skew).told();
}

function groupOf({ startRacks, loanedRacks, shared: sharing }: Plot): CompiledGroup {
  const lends = loanedRacks !== undefined;
  const pools = GROUP.pools
    .map(pool)
    .map((base) => (lends ? lending(base, startRacks) : base))
    .map((base) => (sharing ? shared(base, startRacks) : base));
  const fleets = GROUP.fleets.map(fleet);
  return { ...GROUP, pools, fleets: sharing ? [...fleets, ...fleets.map(other)] : fleets };
}

class SimulatedStory {
  private readonly world: World;
  private readonly scenes: readonly Scene[];
  private readonly skew: Skew;
  private ticks = 0;
  private readonly ports: SimulatedPorts;
  private readonly counts: string[] = [];
  private readonly evicted: { readonly rack: string; readonly pod: string }[] = [];
  private readonly planned = new Set<string>();
  private readonly failures: string[] = [];
  private scene = 0;
  private foreignWrote = false;
  private open = 0;
  private tookOursForForeign = false;
  /** What the newest decision said, for a story that hangs. */
  private reasons: readonly string[] = [];
  private intents: readonly Intent[] = [];

  constructor(world: World, scenes: readonly Scene[], skew: Skew) {
    this.world = world;
    this.skew = skew;
    this.scenes = scenes;
    const note = (what: string, code: string, message: string): void =>
      void this.failures.push(`${what} ${code}: ${message}`);
    this.ports = simulatedPorts(world, {
      digest: sha256,
      telemetry: {
        tick: ({ decision }) => {
          const held = decision.pools.flatMap(({ holds }) => holds.map(({ code }) => code));
          if (held.includes("foreign-write") && !this.foreignWrote) this.tookOursForForeign = true;
          this.reasons = decision.fleets.flatMap(({ reasons }) => reasons.map(({ text }) => text));
        },
        tickFailed: note,
        forget: () => {},
      },
    });
    this.begin();
  }

  told(): Story {
    return {
      ports: this.watchedPorts(),
      pass: () => this.pass(),
      over: () => this.scene >= this.scenes.length,
      standing: () => JSON.stringify({ scene: this.scene, ...this.end(), said: this.reasons }),
      end: () => this.end(),
      evictions: () => this.evicted,
      plannedRacks: () => [...this.planned],
    };
  }

  private get pool() {
    return onlyPool(this.world);
  }

  private cordoned(): number {
    const nodes = this.pool.racks().flatMap((rack) => rack.nodes);
    return nodes.filter((node) => node.cordoned).length;
  }

  private ejected(): number {
    const pods = this.pool
      .racks()
      .filter(isHeld)
      .flatMap((rack) => rack.pods);
    return pods.filter(({ ejectedAt }) => ejectedAt !== null).length;
  }

  /** People look, and say what they want next once they have it. */
  private pass(): void {
    this.ticks += 1;
    this.world.advanceTo(after(this.world.now(), TICK_MS));
    this.world.checkConserved();
    const scene = this.scenes[this.scene];
    if (scene === undefined) return;
    if (scene.floorOnceEjected !== undefined && this.ejected() > 0) {
      // What the one takes back the other does not get.
      this.want(scene.floorOnceEjected, scene.other && scene.racks - scene.floorOnceEjected);
    }
    // Simulated ports answer with settled promises: this is known before the next tick begins.
    void this.ports.decisions.list().then((intents) => this.look(intents));
  }

  private look(intents: readonly Intent[]): void {
    for (const { name, phase, approvals, rack } of intents) {
      if (rack !== null) this.planned.add(rack);
      if (phase !== "Pending" || approvals.length > 0) continue;
      const approval = { by: "ada", verdict: "Approve" as const, reason: "seen" };
      void this.ports.decisions.approve(name, approval);
    }
    this.open = intents.filter(({ phase }) => isOpen(phase)).length;
    this.intents = intents;
    if (this.sceneIsOver(intents)) {
      this.scene += 1;
      this.begin();
    }
  }

  private sceneIsOver(intents: readonly Intent[]): boolean {
    const scene = this.scenes[this.scene];
    if (scene === undefined || this.open > 0 || this.cordoned() > 0 || this.ejected() > 0)
      return false;
    const up = this.pool.racks().filter(isHeld);
    const ours = up.filter(({ loaned }) => !loaned);
    const serving =
      ours.every(({ pods }) => pods.filter(isServing).length === UNITS_PER_RACK) &&
      up.length - ours.length === (scene.lent ?? 0);
    const settled = up.length === scene.racks && serving && this.isShared(scene);
    const cancels = scene.floorOnceEjected === undefined ? 0 : 1;
    const cancelled = intents.filter(({ phase }) => phase === "Cancelled").length;
    const foreign = scene.foreignCount === undefined || this.foreignWrote;
    return settled && cancelled >= cancels && foreign;
  }

  /** Whether the other fleet has what the first one leaves it; without one it has nothing. */
  private isShared({ racks, floor, floorOnceEjected, other: wanted }: Scene): boolean {
    const has = this.pool.racks().filter(({ pods }) => pods.some((pod) => pod.fleet === OTHER));
    return has.length === (wanted === undefined ? 0 : racks - (floorOnceEjected ?? floor));
  }

  private begin(): void {
    const scene = this.scenes[this.scene];
    if (scene !== undefined) this.want(scene.floor, scene.other);
  }

  private want(racks: number, others?: number): void {
    const until = after(this.world.now(), HOUR_MS);
    const floor = (fleet: FleetKey, floorRacks: number) => ({
      fleet,
      namespace: "agents",
      override: anOverride({ floorRacks: rackCount(floorRacks), until }),
    });
    this.ports.store.setOverrides([
      ...GROUP.fleets.map(({ key }) => floor(key, racks)),
      ...(others === undefined ? [] : [floor(OTHER, others)]),
    ]);
  }

  /** The ports as the world keeps them, noting what reached it. */
  private watchedPorts(): Ports {
    const { workloads, backends } = this.ports;
    const backend = backends.simulated;
    if (backend === undefined) throw new Error("no simulated backend");
    return {
      ...this.ports,
      clock: { now: () => this.shownTime() },
      signals: {
        // Samples bear the time of the source: none is from the future, whatever it is asked for.
        read: (_fleet, at) => {
          const observedAt = at < this.world.now() ? at : this.world.now();
          return Promise.resolve({ signals: someSignals(aLoad(LOAD), observedAt), objectives: [] });
        },
        history: () => Promise.resolve([]),
      },
      workloads: {
        ...workloads,
        evict: (pod, graceMs) => {
          const on = this.pool.racks().find(({ pods }) => pods.some(({ uid }) => uid === pod.uid));
          this.evicted.push({ rack: on?.id ?? "gone", pod: pod.uid });
          return workloads.evict(pod, graceMs);
        },
      },
      backends: { simulated: this.watchedBackend(backend) },
    };
  }

  private shownTime(): EpochMs {
    const { byMs, ticksEach } = this.skew;
    const turn = Math.floor(this.ticks / ticksEach) % byMs.length;
    return after(this.world.now(), millis(byMs[turn] ?? 0));
  }

  private watchedBackend(backend: RackBackend): RackBackend {
    return {
      ...backend,
      write: async (pool, change) => {
        this.interfere();
        const written = await backend.write(pool, change);
        if (written.kind === "Written") this.counts.push(`breakwater ${change.to}`);
        return written;
      },
    };
  }

  private interfere(): void {
    const foreignCount = this.scenes[this.scene]?.foreignCount;
    if (foreignCount === undefined || this.foreignWrote) return;
    this.foreignWrote = true;
    this.pool.setDesired(foreignCount, "somebody");
    this.counts.push(`somebody ${foreignCount}`);
  }

  private end(): StoryEnd {
    const racks = this.pool.racks().filter(isHeld);
    const pods = (rack: (typeof racks)[number]) => {
      const serving = rack.pods.filter(isServing);
      return `${serving.length}${serving.some((pod) => pod.fleet === OTHER) ? " other" : ""}`;
    };
    return {
      counts: this.counts,
      // Of racks that are as good as each other any may be the one that is lent.
      racks: this.pool.loan.isDecided
        ? racks.map((rack) => (rack.loaned ? "lent" : pods(rack))).toSorted()
        : racks.map((rack) => `${rack.id} ${pods(rack)}`),
      cordoned: this.cordoned(),
      intents: this.intents.map(
        ({ direction, fromRacks, toRacksAtMost, approvals, phase }) =>
          `${direction} ${fromRacks} → ${toRacksAtMost} ${phase} (${approvals.length} approved)`,
      ),
      also: [
        `${this.ejected()} units out of routing`,
        `${racks.flatMap(({ nodes }) => nodes).filter(({ loanFence }) => loanFence).length} fenced`,
        ...(this.tookOursForForeign ? ["took its own write for somebody else's"] : []),
        ...new Set(this.failures),
      ],
    };
  }
}
