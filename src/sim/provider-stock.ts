/** How many racks a provider can hand out, and what it says when it cannot. */
import type { ScenarioSupply } from "../config/compiled-scenario.ts";
import type { CompiledPool } from "../core/compiled.ts";
import type { PoolCount } from "../core/observation.ts";

export interface ProviderStockOptions {
  readonly supply: Pick<ScenarioSupply, "stock" | "quotaRacks">;
  readonly pool: Pick<CompiledPool, "supply">;
  /** Epoch milliseconds from which the scenario's times count. */
  readonly startsAt: number;
}

export class ProviderStock {
  private readonly options: ProviderStockOptions;

  constructor(options: ProviderStockOptions) {
    this.options = options;
  }

  /** @returns racks the pool may hold at an instant, those in use included; perhaps Infinity. */
  racksAt(at: number): number {
    return Math.min(this.inStock(at), this.quota(), this.onCalendar(at));
  }

  /** @returns how the provider answers while it grants nothing more. */
  refusalAt(at: number): PoolCount["stock"] {
    const others = Math.min(this.inStock(at), this.onCalendar(at));
    return this.quota() < others ? "quota" : "stockout";
  }

  /** @returns the instants after `at` at which a calendar window ends, in order. */
  windowEndsAfter(at: number): readonly number[] {
    const { supply } = this.options.pool;
    const ends = supply.kind === "Calendar" ? supply.windows.map(({ until }) => until) : [];
    return [...new Set(ends)].filter((until) => until > at).toSorted((a, b) => a - b);
  }

  private inStock(at: number): number {
    const { supply, startsAt } = this.options;
    const changes = supply.stock.filter(({ atMs }) => startsAt + atMs <= at);
    const last = changes.toSorted((a, b) => a.atMs - b.atMs).at(-1);
    return last?.racks ?? Number.POSITIVE_INFINITY;
  }

  private quota(): number {
    return this.options.supply.quotaRacks ?? Number.POSITIVE_INFINITY;
  }

  private onCalendar(at: number): number {
    const { supply } = this.options.pool;
    if (supply.kind !== "Calendar") return Number.POSITIVE_INFINITY;
    const open = supply.windows.filter(({ from, until }) => from <= at && at < until);
    return open.reduce((total, { racks }) => total + racks, 0);
  }
}
