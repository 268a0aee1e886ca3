/** Ticks of `decide` alone over the model: no ports, no time but what the test says. */
import type { CompiledGroup } from "../../../src/core/compiled.ts";
import { decide } from "../../../src/core/decide.ts";
import type { Decided } from "../../../src/core/decide.ts";
import type { Decision } from "../../../src/core/decision.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import type { GroupObservation, Intent, IntentPhase } from "../../../src/core/observation.ts";
import type { SignalName } from "../../../src/core/signals/names.ts";
import { SECOND_MS, after, millis } from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { aLoad, someSignals } from "../builders/observed.ts";
import { applyPlan } from "./apply.ts";
import { provide } from "./provider.ts";

const TICK_MS = millis(15 * SECOND_MS);

/** One fleet's story, tick by tick; a test changes the world between ticks as people would. */
export class Story {
  readonly decisions: Decision[] = [];
  private readonly group: CompiledGroup;
  private arrivals = 1;
  private broken: Partial<Record<SignalName, number | null>> = {};
  world: GroupObservation;
  memory: GroupMemory;

  constructor(
    group: CompiledGroup,
    start: {
      readonly world: GroupObservation;
      readonly memory: GroupMemory;
    },
  ) {
    this.group = group;
    this.world = start.world;
    this.memory = start.memory;
  }

  /** From the next tick on. */
  demand(turnsPerSecond: number): this {
    this.arrivals = turnsPerSecond;
    return this;
  }

  change(edit: (world: GroupObservation) => GroupObservation): this {
    this.world = edit(this.world);
    return this;
  }

  /** Values that differ from the load's from the next tick on; null for an absent signal. */
  signals(broken: Partial<Record<SignalName, number | null>>): this {
    this.broken = broken;
    return this;
  }

  /** Decides, applies the plan and lets `ms` pass; the provider and the workload then act. */
  tick(ms = TICK_MS): Decided {
    const seen = this.seen();
    const decided = decide(this.group, seen, this.memory);
    this.decisions.push(decided.decision);
    this.memory = decided.memory;
    const next = provide(applyPlan(seen, decided.decision.plan));
    this.world = { ...next, now: after(this.world.now, ms) };
    return decided;
  }

  ticks(count: number): this {
    for (let n = 0; n < count; n += 1) this.tick();
    return this;
  }

  /** Kinds of the actions of each tick so far, quiet ticks left out. */
  kinds(): readonly (readonly string[])[] {
    return this.decisions
      .map(({ plan }) => plan.map(labelOf))
      .filter((labels) => labels.length > 0);
  }

  desired(): number | null {
    return this.world.pools[0]?.count?.desired ?? null;
  }

  intent(name: string): Intent | undefined {
    return this.world.intents.find((intent) => intent.name === name);
  }

  phases(): readonly (readonly [string, IntentPhase])[] {
    return this.world.intents.map(({ name, phase }) => [name, phase] as const);
  }

  get now(): EpochMs {
    return this.world.now;
  }

  private seen(): GroupObservation {
    const values = { ...aLoad(this.arrivals), ...this.broken };
    const signals = someSignals(values, this.world.now);
    const fleets = this.world.fleets.map((fleet) => ({ ...fleet, signals }));
    return { ...this.world, fleets };
  }
}

type PlannedAction = Decision["plan"][number];

/** `SetPhase Executing`, `SetCount 4 → 6`: what a person would note down. */
export function labelOf(action: PlannedAction): string {
  if (action.kind === "SetPhase") return `SetPhase ${action.phase}`;
  if (action.kind === "SetCount") return `SetCount ${action.from} → ${action.to}`;
  return action.kind;
}
