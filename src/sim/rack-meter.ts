/**
 * What the racks of a pool cost. GPU-hours are GPUs of a rack (all of them, usable or not) x time
 * from grant to release, start-up included.
 */
import type { CompiledPool } from "../core/compiled.ts";
import { HOUR_MS } from "../core/units.ts";
import type { SimRack } from "./rack-state.ts";
import { isGranted } from "./rack-state.ts";

/** Sums over time since the meter was last reset. */
export interface RackAccount {
  readonly gpuHours: {
    readonly held: number;
    /** On racks with an engine that takes or ends turns: Warming, Serving, Draining with turns. */
    readonly serving: number;
    readonly loaned: number;
    /** Held, neither serving nor on loan: arriving, starting, idle, under repair, leaving. */
    readonly wasted: number;
    /** Of racks above the commitment. */
    readonly marginal: number;
  };
  /** Racks above the commitment at the price; with the commitment; null without a price. */
  readonly marginalUsd: number | null;
  readonly costUsd: number | null;
  readonly rackHours: number;
  readonly peakRacks: number;
  /** Changes of the count, whoever made them. */
  readonly scaleUps: number;
  readonly scaleDowns: number;
  /** Racks that went from one fleet to another. */
  readonly moves: number;
}

interface Sums {
  held: number;
  serving: number;
  loaned: number;
  marginal: number;
  paid: number;
  paidAbove: number;
}

const NOTHING: Sums = { held: 0, serving: 0, loaned: 0, marginal: 0, paid: 0, paidAbove: 0 };

export class RackMeter {
  private readonly pool: CompiledPool;
  private readonly racks: readonly SimRack[];
  private countedUntil: number;
  /** Rack-milliseconds. */
  private sums: Sums = { ...NOTHING };
  private peak = 0;
  private ups = 0;
  private downs = 0;
  private moves = 0;

  constructor(pool: CompiledPool, racks: readonly SimRack[], now: number) {
    this.pool = pool;
    this.racks = racks;
    this.countedUntil = now;
  }

  /** Counts the racks as they are for the time since the last call: before anything changes. */
  integrate(until: number): void {
    const elapsedMs = until - this.countedUntil;
    const now = this.standing();
    const { committedRacks } = this.pool.supply;
    this.countedUntil = until;
    this.peak = Math.max(this.peak, now.held);
    this.sums.held += elapsedMs * now.held;
    this.sums.serving += elapsedMs * now.serving;
    this.sums.loaned += elapsedMs * now.loaned;
    this.sums.marginal += elapsedMs * Math.max(0, now.held - committedRacks);
    this.sums.paid += elapsedMs * Math.max(committedRacks, now.billed);
    this.sums.paidAbove += elapsedMs * Math.max(0, now.billed - committedRacks);
  }

  /** Forgets what was counted: the scenario begins. */
  reset(): void {
    this.sums = { ...NOTHING };
    this.peak = 0;
    this.ups = 0;
    this.downs = 0;
    this.moves = 0;
  }

  /** A rack went from one fleet to another. */
  move(): void {
    this.moves += 1;
  }

  /** The count changed by so many racks. */
  count(change: number): void {
    if (change > 0) this.ups += 1;
    if (change < 0) this.downs += 1;
  }

  read(): RackAccount {
    const { held, serving, loaned, marginal, paid, paidAbove } = this.sums;
    const gpusPerRack = this.pool.rack.nodes * this.pool.rack.gpusPerNode;
    const gpuHours = (rackMs: number): number => (rackMs * gpusPerRack) / HOUR_MS;
    const usd = (rackMs: number): number | null =>
      this.pool.price === null ? null : (rackMs * this.pool.price.usdPerRackHour) / HOUR_MS;
    return {
      gpuHours: {
        held: gpuHours(held),
        serving: gpuHours(serving),
        loaned: gpuHours(loaned),
        wasted: gpuHours(held - serving - loaned),
        marginal: gpuHours(marginal),
      },
      marginalUsd: usd(paidAbove),
      costUsd: usd(paid),
      rackHours: held / HOUR_MS,
      peakRacks: this.peak,
      scaleUps: this.ups,
      scaleDowns: this.downs,
      moves: this.moves,
    };
  }

  private standing(): { held: number; serving: number; loaned: number; billed: number } {
    const held = this.racks.filter(isGranted);
    const loaned = held.filter((rack) => rack.loaned).length;
    return {
      held: held.length,
      loaned,
      serving: held.filter((rack) => !rack.loaned && rack.pods.some(answers)).length,
      billed: this.racks.filter((rack) => this.isBilled(rack)).length,
    };
  }

  private isBilled(rack: SimRack): boolean {
    if (rack.phase === "Gone") return false;
    const from = this.pool.price?.billedFrom ?? "Booted";
    if (from === "Requested") return true;
    return from === "Booted" ? rack.booted : rack.served || rack.loaned;
  }
}

const answers = ({ replica }: SimRack["pods"][number]): boolean => replica !== null;
