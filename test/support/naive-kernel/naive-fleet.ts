/** Clients, sessions and where their tries go; docs/simulator.md, "Sessions and turns". */
import {
  type KernelOptions,
  type ReplicaRole,
  type ReplicaSettings,
  SUBS_PER_NS,
  type TurnRecord,
} from "../../../src/sim/kernel/contract.ts";
import type { SessionSource, SessionStart } from "../../../src/traces/turn-templates.ts";
import { type NaiveEvent, NaiveEvents, RANK } from "./naive-events.ts";
import { NaiveRouter } from "./naive-router.ts";
import {
  delayNs,
  joins,
  type NaiveSession,
  promptOf,
  rootRows,
  rowCount,
  successors,
} from "./naive-session.ts";
import type { NaiveTurn } from "./naive-turn.ts";
import { NaiveStore } from "./naive-store.ts";
import { NaiveUnit } from "./naive-unit.ts";

export class NaiveFleet {
  readonly units = new Map<number, NaiveUnit>();
  /** Every turn that arrived, in order, and how those that ended did. */
  readonly turns: NaiveTurn[] = [];
  readonly ends = new Map<NaiveTurn, TurnRecord>();
  readonly events = new NaiveEvents();
  readonly gateway: NaiveTurn[] = [];
  nowNs = 0;
  tries = 0;
  misroutedShare = 0;
  private unstable = { share: 0, depthTokens: 0 };
  private readonly sessions: NaiveSession[] = [];
  private readonly decodeGateway: NaiveTurn[] = [];
  private readonly router: NaiveRouter;
  private readonly decodeRouter: NaiveRouter;
  private readonly store: NaiveStore | null;
  private readonly options: KernelOptions;
  private routed = 0;

  constructor(options: KernelOptions) {
    this.options = options;
    const storeBlocks = Math.floor((options.store?.tokens ?? 0) / this.blockTokens());
    this.store = storeBlocks > 0 ? new NaiveStore(storeBlocks) : null;
    this.router = new NaiveRouter(options.router);
    this.decodeRouter = new NaiveRouter({ ...options.router, kind: "least-loaded" });
    options.sources.forEach((source, number) => {
      this.scheduleSession(source, number, { atNs: 0, template: 0 });
    });
  }

  addUnit(role: ReplicaRole, id: number, settings?: ReplicaSettings): void {
    const { engine, decodeEngine = engine, store: storeModel } = this.options;
    const model = role === "Decode" ? decodeEngine : engine;
    const { kvTokens = model.kvTokens, prefixCaching = true } = settings ?? {};
    const unit = new NaiveUnit({
      id,
      role,
      engine: { ...model, kvTokens },
      prefixCaching,
      blockTokens: this.blockTokens(),
      store: this.store,
      storeModel,
    });
    this.units.set(id, unit);
    this.routerOf(unit).join(unit);
    this.routeWaiting();
  }

  private blockTokens(): number {
    return this.options.sources[0]?.templates.blockTokens ?? 1;
  }

  readmit(unit: NaiveUnit): void {
    if (!unit.ejected) return;
    unit.ejected = false;
    this.routerOf(unit).readmit(unit);
    this.routeWaiting();
  }

  /** Its turns' clients see an error, in the order in which the turns were routed to it. */
  removeUnit(unit: NaiveUnit): void {
    const failed = this.turnsOn(unit.id);
    this.units.delete(unit.id);
    this.events.cancel(unit.next);
    this.routerOf(unit).leave(unit.id);
    for (const turn of failed) this.fail(turn);
  }

  /** @returns turns that were routed to it and have not left it, in that order */
  turnsOn(replica: number): readonly NaiveTurn[] {
    return this.turns
      .filter((turn) => turn.replica === replica)
      .toSorted((a, b) => a.routedAs - b.routedAs);
  }

  /** Sessions that run draw anew; those that start from now on draw when they do. */
  setUnstable(share: number, depthTokens: number): void {
    this.unstable = { share, depthTokens };
    for (const session of this.sessions.filter(({ over }) => !over)) this.drawStability(session);
  }

  private drawStability(session: NaiveSession): void {
    const { share, depthTokens } = this.unstable;
    session.unstableFromTokens = share > 0 && this.options.random() < share ? depthTokens : null;
  }

  private scheduleSession(source: SessionSource, number: number, start: SessionStart): void {
    if (!source.next(start)) return;
    const happen = (): void => {
      this.startSession(source, number, { ...start });
      this.scheduleSession(source, number, start);
    };
    this.events.scheduleInTurn({ atNs: start.atNs, rank: RANK.sessionStart, tie: number, happen });
  }

  private startSession(source: SessionSource, sourceNumber: number, start: SessionStart): void {
    const session: NaiveSession = {
      number: this.sessions.length,
      templates: source.templates,
      source: `source ${sourceNumber}`,
      start,
      waitsFor: new Map(),
      due: new Map(),
      completedRows: 0,
      over: false,
      unstableFromTokens: null,
    };
    this.sessions.push(session);
    this.drawStability(session);
    for (const row of rootRows(session)) this.expect(session, row);
  }

  private expect(session: NaiveSession, row: number): void {
    const arrive = (): void => {
      session.due.delete(row);
      this.arrive(session, row);
    };
    const atNs = this.nowNs + delayNs(session, row);
    session.due.set(row, this.events.schedule(atNs, RANK.arrival, arrive));
  }

  private arrive(session: NaiveSession, row: number): void {
    const turn = newTurn(session, row, this.nowNs);
    const { engine, decodeEngine = engine, clients } = this.options;
    this.turns.push(turn);
    const room = Math.min(engine.kvTokens, decodeEngine.kvTokens);
    if (turn.inputTokens + turn.outputTokens > room) return this.giveUp(turn, "rejected");
    turn.abandonment = this.after(clients.abandonAfterNs, RANK.abandonment, () => {
      this.withdraw(turn);
      this.giveUp(turn, "abandoned");
    });
    this.send(turn);
  }

  private send(turn: NaiveTurn): void {
    this.tries += 1;
    turn.tries += 1;
    turn.routedTo = -1;
    turn.generated = 0;
    turn.found = null;
    turn.timeout = this.after(this.options.clients.timeoutNs, RANK.timeout, () => {
      this.withdraw(turn);
      this.fail(turn);
    });
    turn.place = "gateway";
    this.gateway.push(turn);
    this.routeWaiting();
  }

  private routeWaiting(): void {
    while (this.gateway.length > 0 && this.routeFirst(this.gateway)) this.gateway.shift();
    while (this.decodeGateway.length > 0 && this.routeToDecode(this.decodeGateway)) {
      this.decodeGateway.shift();
    }
  }

  private routeFirst([turn]: readonly NaiveTurn[]): boolean {
    const replica = turn === undefined ? -1 : this.pick(turn);
    if (turn === undefined || replica < 0) return false;
    this.noteRoute(turn, replica);
    turn.routedTo = replica;
    turn.routedNs = this.nowNs;
    turn.place = "on the way";
    turn.next = this.after(this.options.engine.overheadNs, RANK.queueJoin, () => this.join(turn));
    return true;
  }

  private pick({ session, promptBlocks }: NaiveTurn): number {
    const { random } = this.options;
    const routable = this.router.routable();
    if (routable.length > 0 && this.misroutedShare > 0 && random() < this.misroutedShare) {
      const replica = routable[Math.floor(random() * routable.length)]?.unit.id ?? -1;
      this.router.assign(replica);
      return replica;
    }
    return this.router.route(this.nowNs, { session: session.number, blocks: promptBlocks });
  }

  private routeToDecode([turn]: readonly NaiveTurn[]): boolean {
    if (turn === undefined) return false;
    const replica = this.decodeRouter.route(this.nowNs, { session: 0, blocks: [] });
    if (replica < 0) return false;
    this.noteRoute(turn, replica);
    this.join(turn);
    return true;
  }

  private noteRoute(turn: NaiveTurn, replica: number): void {
    this.routed += 1;
    turn.replica = replica;
    turn.routedAs = this.routed;
  }

  private join(turn: NaiveTurn): void {
    const unit = this.unit(turn.replica);
    if (turn.inputTokens + turn.outputTokens > unit.engine.kvTokens) {
      this.routerOf(unit).done(unit.id);
      return this.giveUp(turn, "rejected");
    }
    turn.place = "queue";
    unit.queue.push(turn);
    this.wake(unit);
  }

  private wake(unit: NaiveUnit): void {
    if (unit.next !== null) return;
    const begin = (): void => this.begin(unit);
    const at = { atNs: this.nowNs, rank: RANK.iterationBegin, tie: unit.id };
    unit.next = this.events.scheduleInTurn({ ...at, happen: begin });
  }

  private begin(unit: NaiveUnit): void {
    const lastsNs = unit.begin(this.nowNs);
    unit.next = null;
    if (lastsNs === null) return;
    const end = (): void => this.endIteration(unit);
    const at = { atNs: this.nowNs + lastsNs, rank: RANK.iterationEnd, tie: unit.id };
    unit.next = this.events.scheduleInTurn({ ...at, happen: end });
  }

  private endIteration(unit: NaiveUnit): void {
    unit.next = null;
    const { firstTokens, done } = unit.end(this.nowNs);
    for (const turn of firstTokens) this.firstToken(turn);
    for (const turn of done) this.leave(turn, unit);
    this.wake(unit);
  }

  private firstToken(turn: NaiveTurn): void {
    if (Number.isNaN(turn.firstTokenNs)) turn.firstTokenNs = this.nowNs;
    this.events.cancel(turn.timeout);
    this.events.cancel(turn.abandonment);
  }

  private leave(turn: NaiveTurn, unit: NaiveUnit): void {
    this.routerOf(unit).done(unit.id);
    turn.replica = -1;
    if (turn.generated === turn.outputTokens) return this.complete(turn);
    const { transferNs, transferTokenSubs } = this.options.engine;
    const tokensNs = Math.floor((transferTokenSubs * turn.inputTokens) / SUBS_PER_NS);
    turn.place = "transfer";
    turn.next = this.after(transferNs + tokensNs, RANK.arrival, () => {
      turn.place = "decode gateway";
      this.decodeGateway.push(turn);
      this.routeWaiting();
    });
  }

  private complete(turn: NaiveTurn): void {
    const { session, row } = turn;
    this.end(turn, "completed");
    session.completedRows += 1;
    if (session.completedRows === rowCount(session)) session.over = true;
    if (session.over) return;
    for (const next of successors(session, row)) {
      const left = (session.waitsFor.get(next) ?? joins(session, next)) - 1;
      session.waitsFor.set(next, left);
      if (left === 0) this.expect(session, next);
    }
  }

  /** From wherever the try is. */
  private withdraw(turn: NaiveTurn): void {
    const waiting = this.gateway.indexOf(turn);
    if (waiting >= 0) this.gateway.splice(waiting, 1);
    if (turn.replica < 0) return;
    const unit = this.unit(turn.replica);
    unit.withdraw(this.nowNs, turn);
    this.routerOf(unit).done(unit.id);
  }

  /** The try is over without an answer: another one, or none. */
  private fail(turn: NaiveTurn): void {
    const { retries, retryBackoffNs } = this.options.clients;
    this.events.cancel(turn.timeout);
    this.events.cancel(turn.next);
    turn.replica = -1;
    turn.place = "client";
    if (turn.tries > retries) return this.giveUp(turn, "abandoned");
    const pauseNs = retryBackoffNs * 2 ** (turn.tries - 1);
    turn.next = this.after(pauseNs, RANK.arrival, () => this.send(turn));
  }

  private giveUp(turn: NaiveTurn, end: "rejected" | "abandoned"): void {
    const { session } = turn;
    session.over = true;
    for (const event of session.due.values()) this.events.cancel(event);
    session.due.clear();
    this.end(turn, end);
  }

  private end(turn: NaiveTurn, end: TurnRecord["end"]): void {
    for (const event of [turn.timeout, turn.abandonment, turn.next]) this.events.cancel(event);
    turn.place = "ended";
    turn.replica = -1;
    const record = {
      session: turn.session.number,
      row: turn.row,
      arrivalNs: turn.arrivalNs,
      firstTokenNs: turn.firstTokenNs,
      endNs: this.nowNs,
      end,
      replica: turn.routedTo,
      cachedTokens: turn.found?.cachedTokens ?? 0,
      hostCachedTokens: turn.found?.hostCachedTokens ?? 0,
      tries: turn.tries,
    };
    this.ends.set(turn, record);
    this.options.onTurn?.(record);
  }

  private after(delayNs: number, rank: number, happen: () => void): NaiveEvent | null {
    return delayNs === Infinity ? null : this.events.schedule(this.nowNs + delayNs, rank, happen);
  }

  private routerOf({ role }: NaiveUnit): NaiveRouter {
    return role === "Decode" ? this.decodeRouter : this.router;
  }

  unit(id: number): NaiveUnit {
    const unit = this.units.get(id);
    if (unit === undefined) throw new Error(`there is no replica ${id}`);
    return unit;
  }
}

function newTurn(session: NaiveSession, row: number, arrivalNs: number): NaiveTurn {
  return {
    session,
    row,
    arrivalNs,
    ...promptOf(session, row),
    place: "client",
    tries: 0,
    firstTokenNs: NaN,
    routedTo: -1,
    replica: -1,
    routedNs: NaN,
    routedAs: NaN,
    tryFirstTokenNs: NaN,
    generated: 0,
    found: null,
    foundByTry: [],
    timeout: null,
    abandonment: null,
    next: null,
  };
}
