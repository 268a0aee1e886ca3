/** Which replica takes a try; docs/simulator.md, "Routers". */
import type { RouterModel } from "../../../src/sim/kernel/contract.ts";
import type { NaiveUnit } from "./naive-unit.ts";

export interface RoutedTry {
  readonly session: number;
  readonly blocks: readonly string[];
}

/** A replica as the router sees it. */
interface Destination {
  readonly unit: NaiveUnit;
  /** Turns in flight. */
  load: number;
  /** Tokens it was given to compute, as of the last time it was sent a turn. */
  decayed: { readonly tokens: number; readonly atNs: number };
  /** Number of the change that made the load what it is. */
  changed: number;
}

const NOTHING = { tokens: 0, atNs: 0 };

export class NaiveRouter {
  private readonly destinations = new Map<number, Destination>();
  private readonly homes = new Map<number, number>();
  private readonly model: RouterModel;
  private changes = 0;
  private lastInTurn = -1;

  constructor(model: RouterModel) {
    this.model = model;
  }

  join(unit: NaiveUnit): void {
    this.destinations.set(unit.id, { unit, load: 0, changed: this.nextChange(), decayed: NOTHING });
  }

  readmit(unit: NaiveUnit): void {
    this.destination(unit.id).changed = this.nextChange();
  }

  leave(replica: number): void {
    this.destinations.delete(replica);
  }

  load(replica: number): number {
    return this.destination(replica).load;
  }

  /** @returns those that take new turns, in order of their ids */
  routable(): readonly Destination[] {
    return [...this.destinations.values()]
      .filter(({ unit }) => !unit.ejected)
      .toSorted((a, b) => a.unit.id - b.unit.id);
  }

  /** @returns the replica whose load is now one higher, or -1 when there is none */
  route(nowNs: number, asked: RoutedTry): number {
    const chosen = this.choose(nowNs, asked);
    if (chosen === undefined) return -1;
    this.lastInTurn = chosen.unit.id;
    this.homes.set(asked.session, chosen.unit.id);
    this.assign(chosen.unit.id);
    return chosen.unit.id;
  }

  assign(replica: number): void {
    this.change(replica, 1);
  }

  done(replica: number): void {
    this.change(replica, -1);
  }

  private choose(nowNs: number, asked: RoutedTry): Destination | undefined {
    switch (this.model.kind) {
      case "round-robin":
        return this.routable().find(({ unit }) => unit.id > this.lastInTurn) ?? this.routable()[0];
      case "least-loaded":
        return leastLoaded(this.routable());
      case "session-sticky":
        return this.home(asked.session) ?? leastLoaded(this.routable());
      case "prefix-affinity":
        return this.model.decay === undefined
          ? this.mostKnown(nowNs, asked.blocks)
          : this.mostKnownOfIdle(nowNs, asked.blocks, this.model.decay);
    }
  }

  private home(session: number): Destination | undefined {
    return this.routable().find(({ unit }) => unit.id === this.homes.get(session));
  }

  private mostKnown(nowNs: number, blocks: readonly string[]): Destination | undefined {
    const routable = this.routable();
    const mean = routable.reduce((sum, { load }) => sum + load, 0) / routable.length;
    const allowed = routable
      .filter(({ load }) => load <= this.model.guard * (mean + 1))
      .map((to) => ({ to, known: to.unit.cache.known(blocks, nowNs - this.model.lagNs) }));
    const longest = Math.max(0, ...allowed.map(({ known }) => known));
    if (longest === 0) return leastLoaded(routable);
    return leastLoaded(allowed.filter(({ known }) => known === longest).map(({ to }) => to));
  }

  /** The guard looks at tokens to compute, as far as the router knew, forgotten with time. */
  private mostKnownOfIdle(
    nowNs: number,
    blocks: readonly string[],
    { decayNs, slackTokens }: NonNullable<RouterModel["decay"]>,
  ): Destination | undefined {
    const all = this.routable().map((to) => ({
      to,
      load: to.decayed.tokens * Math.exp((to.decayed.atNs - nowNs) / decayNs),
      known: to.unit.cache.known(blocks, nowNs - this.model.lagNs),
    }));
    const mean = all.reduce((sum, { load }) => sum + load, 0) / all.length;
    const allowed = all.filter(({ load }) => load <= this.model.guard * (mean + slackTokens));
    const longest = Math.max(0, ...allowed.map(({ known }) => known));
    const best = longest === 0 ? all : allowed.filter(({ known }) => known === longest);
    const [chosen] = best.toSorted((a, b) => a.load - b.load || a.to.unit.id - b.to.unit.id);
    if (chosen === undefined) return undefined;
    const missing = (blocks.length - chosen.known) * chosen.to.unit.blockTokens;
    chosen.to.decayed = { tokens: chosen.load + missing, atNs: nowNs };
    return chosen.to;
  }

  private change(replica: number, by: number): void {
    const destination = this.destination(replica);
    destination.load += by;
    destination.changed = this.nextChange();
  }

  private nextChange(): number {
    this.changes += 1;
    return this.changes;
  }

  private destination(replica: number): Destination {
    const found = this.destinations.get(replica);
    if (found === undefined) throw new Error(`the router knows no replica ${replica}`);
    return found;
  }
}

/** Of equals the one whose load changed longest ago. */
function leastLoaded(destinations: readonly Destination[]): Destination | undefined {
  return destinations.toSorted((a, b) => a.load - b.load || a.changed - b.changed)[0];
}
