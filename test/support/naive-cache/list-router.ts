/** Routers that sort the whole list for every turn; see docs/simulator.md, "Routers". */
import type { RouterKind } from "../../../src/sim/kernel/contract.ts";

export interface Target {
  readonly id: number;
  load: number;
  ejected: boolean;
  /** Order of the last change of its load, or of its joining. */
  changed: number;
}

/** How many leading blocks of the turn a target is believed to have. */
type Known = (target: Target) => number;

export class ListRouter {
  targets: Target[] = [];
  private readonly kind: RouterKind;
  private readonly guard: number;
  private readonly homes = new Map<number, Target>();
  private changes = 0;
  private last = -1;

  constructor(kind: RouterKind, guard: number) {
    this.kind = kind;
    this.guard = guard;
  }

  add(id: number): void {
    this.targets.push({ id, load: 0, ejected: false, changed: ++this.changes });
    this.targets.sort((a, b) => a.id - b.id);
  }

  remove(id: number): void {
    this.targets = this.targets.filter((target) => target.id !== id);
  }

  eject(id: number): void {
    this.at(id).ejected = true;
  }

  readmit(id: number): void {
    const target = this.at(id);
    if (target.ejected) target.changed = ++this.changes;
    target.ejected = false;
  }

  change(id: number, by: number): void {
    const target = this.at(id);
    target.load += by;
    target.changed = ++this.changes;
  }

  forget(session: number): void {
    this.homes.delete(session);
  }

  route(session: number, known: Known): number {
    const open = this.targets.filter(({ ejected }) => !ejected);
    const chosen = this.choose(open, session, known);
    if (chosen === undefined) return -1;
    this.homes.set(session, chosen);
    this.last = chosen.id;
    this.change(chosen.id, 1);
    return chosen.id;
  }

  at(id: number): Target {
    const target = this.targets.find((each) => each.id === id);
    if (target === undefined) throw new Error(`no replica ${id}`);
    return target;
  }

  private choose(open: readonly Target[], session: number, known: Known): Target | undefined {
    switch (this.kind) {
      case "round-robin":
        return open.find(({ id }) => id > this.last) ?? open[0];
      case "least-loaded":
        return preferred(open);
      case "session-sticky":
        return open.find((target) => target === this.homes.get(session)) ?? preferred(open);
      case "prefix-affinity":
        return this.longest(open, known) ?? preferred(open);
    }
  }

  private longest(open: readonly Target[], known: Known): Target | undefined {
    const sum = open.reduce((total, { load }) => total + load, 0);
    const allowed = open.filter(({ load }) => load <= this.guard * (sum / open.length + 1));
    const most = Math.max(1, ...allowed.map(known));
    return preferred(allowed.filter((target) => known(target) === most));
  }
}

function preferred(targets: readonly Target[]): Target | undefined {
  return targets.toSorted((a, b) => a.load - b.load || a.changed - b.changed)[0];
}
