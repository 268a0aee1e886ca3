/** A provider with so many racks and no more: what it cannot give stays asked for. */
import type { CompiledGroup } from "../../../src/core/compiled.ts";
import { decide } from "../../../src/core/decide.ts";
import type { Decision } from "../../../src/core/decision.ts";
import { canonical, parseCanonical } from "../../../src/core/canonical.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import type {
  GroupObservation,
  PoolCount,
  PoolObservation,
  RackObservation,
} from "../../../src/core/observation.ts";
import { SECOND_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { aPod, aRack } from "../builders/observed.ts";
import { applyPlan } from "./apply.ts";
import { labelOf } from "./run.ts";

/** By pool: racks that it can have at an instant, and what it says when asked for more. */
export type Stock = Readonly<Record<string, { racks: number; says: PoolCount["stock"] }>>;

/** One fleet's story over pools that may run out; racks that come serve at the next tick. */
export class ShortStory {
  readonly labels: string[] = [];
  readonly decisions: Decision[] = [];
  private readonly group: CompiledGroup;
  private sequence = 0;
  world: GroupObservation;
  memory: GroupMemory;
  stock: Stock = {};

  constructor(
    group: CompiledGroup,
    start: { readonly world: GroupObservation; readonly memory: GroupMemory },
  ) {
    this.group = group;
    this.world = start.world;
    this.memory = start.memory;
  }

  ticks(count: number, ms: number = 15 * SECOND_MS): this {
    for (let n = 0; n < count; n += 1) this.tick(ms);
    return this;
  }

  has(stock: Stock): this {
    this.stock = stock;
    return this;
  }

  desired(): readonly (number | undefined)[] {
    return this.world.pools.map(({ count }) => count?.desired);
  }

  present(): readonly number[] {
    return this.world.pools.map(({ racks }) => racks.length);
  }

  /** The memory as a restarted controller reads it. */
  restart(): this {
    this.memory = Object(parseCanonical(canonical(this.memory)));
    return this;
  }

  private tick(ms: number): void {
    const seen = { ...this.world, fleets: this.world.fleets.map((fleet) => this.fresh(fleet)) };
    const { decision, memory } = decide(this.group, seen, this.memory);
    this.decisions.push(decision);
    this.labels.push(...decision.plan.map(labelOf));
    const planned = applyPlan(seen, decision.plan);
    const pools = planned.pools.map((pool) => this.provide(pool));
    this.memory = memory;
    this.world = { ...planned, pools, now: after(this.world.now, millis(ms)) };
  }

  private fresh(fleet: GroupObservation["fleets"][number]): GroupObservation["fleets"][number] {
    const signals = Object.entries(fleet.signals).map(([name, reading]) => [
      name,
      reading.kind === "value" ? { ...reading, observedAt: this.world.now } : reading,
    ]);
    return { ...fleet, signals: Object.fromEntries(signals) };
  }

  private provide(pool: PoolObservation): PoolObservation {
    if (pool.count === null) return pool;
    const { racks: most = 99, says = "stockout" } = this.stock[pool.name] ?? {};
    const { desired } = pool.count;
    const racks = this.sized(pool, Math.min(desired, most)).map((rack) => refilled(rack));
    const refused = desired > racks.length;
    const granted = rackCount(racks.length);
    const stock = refused ? says : "unknown";
    return { ...pool, racks, count: { ...pool.count, granted, current: granted, stock } };
  }

  /** Racks without pods go first; those that come have names of their own. */
  private sized({ name, racks }: PoolObservation, count: number): readonly RackObservation[] {
    const kept = racks.toSorted((a, b) => b.pods.length - a.pods.length).slice(0, count);
    const added = Array.from({ length: count - kept.length }, () => {
      this.sequence += 1;
      const rack = aRack(`${name}-new-${this.sequence}`, { pods: 0 });
      return { ...rack, nodes: rack.nodes.map((n) => ({ ...n, createdAt: this.world.now })) };
    });
    return [...kept, ...added];
  }
}

function refilled(rack: RackObservation): RackObservation {
  const open = rack.nodes.every(({ cordoned }) => !cordoned);
  if (!open || rack.pods.length > 0 || rack.nodes.length < 16) return rack;
  return { ...rack, pods: rack.nodes.slice(0, 8).map((n) => aPod(`${rack.id}-${n.name}`, n.name)) };
}
