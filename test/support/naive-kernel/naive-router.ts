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
  /** Number of the change that made the load what it is. */
  changed: number;
}

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
    this.destinations.set(unit.id, { unit, load: 0, changed: this.nextChange() });
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
        return this.mostKnown(nowNs, asked.blocks);
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
