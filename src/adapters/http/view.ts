import { randomUUID } from "node:crypto";
import { withVerdict } from "../telemetry/views/cache-view.ts";
import { decisionViews } from "../telemetry/views/decision-views.ts";
import { fleetViews } from "../telemetry/views/fleet-views.ts";
import { groupView } from "../telemetry/views/group-view.ts";
import { historyPoint } from "../telemetry/views/history-point.ts";
import { poolViews } from "../telemetry/views/pool-views.ts";
import type {
  DecisionsAnswer,
  FleetsAnswer,
  HistoryAnswer,
  MomentAnswer,
  PoolsAnswer,
} from "../../api/envelopes.ts";
import type { CacheEpisode, DiagnosesAnswer } from "../../api/cache-view.ts";
import type { ApiEvent, TickEvent } from "../../api/events.ts";
import type { FleetView } from "../../api/fleet-view.ts";
import type { Millis } from "../../core/units.ts";
import type { GroupView } from "../../api/group-view.ts";
import type { PoolView } from "../../api/pool-view.ts";
import { API_SCHEMA_VERSION } from "../../api/schema-version.ts";
import type { FleetKey } from "../../core/compiled.ts";
import type { DecidedOn } from "../../core/counterfactual/decided-on.ts";
import type { Telemetry, TickReport } from "../../ports/telemetry.ts";
import { DecisionRing } from "./decision-ring.ts";
import { EventBacklog, type StreamMessage } from "./event-backlog.ts";
import { HISTORY_TIERS, HistoryRing, type HistorySpan } from "./history-ring.ts";
import { MomentRing } from "./moment-ring.ts";

/** What the HTTP API answers from. `fleet` narrows an answer to one `namespace/name`. */
export interface View extends Telemetry {
  fleets(fleet?: string): FleetsAnswer;
  pools(): PoolsAnswer;
  decisions(): DecisionsAnswer;
  history(fleet?: string, span?: HistorySpan): HistoryAnswer;
  /** Everything as it was shown at an instant; groups that nothing is kept of are left out. */
  moment(atSeconds: number): MomentAnswer;
  /** What was said of the hit rate, as long as there is room for it. */
  diagnoses(fleet?: string): DiagnosesAnswer;
  /** What the fleet's last tick was decided on; undefined for a fleet that is not known. */
  decidedOn(fleet: string): FleetDecidedOn | undefined;
  /** What a reader must be sent first: the missed messages, or one snapshot of everything. */
  opening(lastEventId: string | null): readonly StreamMessage[];
  /** @returns the function that ends the subscription. */
  subscribe(reader: (message: StreamMessage) => void): () => void;
  /** What is not there yet, in words; empty once a tick was decided. */
  missing(): readonly string[];
}

export interface FleetDecidedOn {
  readonly world: DecidedOn;
  readonly fleet: FleetKey;
}

type FleetRings = Readonly<Record<HistorySpan, HistoryRing>>;

const fleetRings = (): FleetRings => ({
  day: new HistoryRing(HISTORY_TIERS.day),
  week: new HistoryRing(HISTORY_TIERS.week),
});

const schemaVersion = API_SCHEMA_VERSION;
/** Of a fleet: some days with a few falls each, a few kB. */
const KEPT_EPISODES = 32;

interface GroupState extends GroupViews {
  /** null: nothing was decided yet. */
  readonly world: DecidedOn | null;
}

interface GroupViews {
  readonly group: GroupView;
  readonly fleets: FleetView[];
  readonly pools: PoolView[];
}

export interface ViewOptions {
  readonly runId?: string;
  /** From one tick to the next; absent: not told. */
  readonly everyMs?: Millis;
}

/** @returns a sink that keeps the latest views and tells its subscribers of every tick. */
export function createView({ runId = randomUUID(), everyMs }: ViewOptions = {}): View {
  return new LatestView(runId, everyMs);
}

class LatestView implements View {
  readonly #groups = new Map<string, GroupState>();
  readonly #rings = new Map<string, FleetRings>();
  readonly #moments = new MomentRing();
  readonly #episodes = new Map<string, readonly CacheEpisode[]>();
  readonly #decisions = new DecisionRing();
  readonly #readers = new Set<(message: StreamMessage) => void>();
  readonly #backlog: EventBacklog;

  readonly #everyMs: Millis | undefined;

  constructor(runId: string, everyMs: Millis | undefined) {
    this.#backlog = new EventBacklog(runId);
    this.#everyMs = everyMs;
  }

  tick(report: TickReport): void {
    const views = {
      group: groupView(report, this.#everyMs),
      fleets: fleetViews(report),
      pools: poolViews(report),
    };
    const decisions = decisionViews(report);
    this.#decisions.add(decisions);
    this.#dropUndecided();
    const { group, observation, memory } = report;
    this.#groups.set(group.name, { ...views, world: { group, observation, memory } });
    this.#moments.add({ ...views, decisions });
    const history = this.#record(views);
    this.#dropRings();
    this.#publish({ schemaVersion, kind: "tick", ...views, decisions, history });
  }

  #record({ fleets, pools }: GroupViews): TickEvent["history"] {
    return fleets.map((view) => {
      this.#remember(view);
      const rings = this.#rings.get(view.fleet) ?? fleetRings();
      this.#rings.set(view.fleet, rings);
      const point = historyPoint(view, pools);
      rings.week.add(point);
      return { fleet: view.fleet, point: rings.day.add(point) };
    });
  }

  #remember({ fleet, atSeconds, cache }: FleetView): void {
    const episodes = this.#episodes.get(fleet) ?? [];
    this.#episodes.set(fleet, withVerdict(episodes, atSeconds, cache).slice(-KEPT_EPISODES));
  }

  /** Fleets that are in no group any more take their history with them. */
  #dropRings(): void {
    const present = new Set(this.#allFleets().map(({ fleet }) => fleet));
    for (const fleet of this.#rings.keys()) {
      if (present.has(fleet)) continue;
      this.#rings.delete(fleet);
      this.#episodes.delete(fleet);
    }
  }

  /** What was never decided on was named by a failure only: a tick that succeeds ends it. */
  #dropUndecided(): void {
    for (const [name, { group }] of this.#groups) {
      if (group.atSeconds === null) this.#groups.delete(name);
    }
  }

  /** @param what a group, or one of its fleets or pools, or something that has no group. */
  tickFailed(what: string, code: string, message: string): void {
    const group = this.#groupOf(what) ?? what;
    const failure = { code, message: group === what ? message : `${what}: ${message}` };
    const before = this.#groups.get(group) ?? undecided(group);
    this.#groups.set(group, { ...before, group: { ...before.group, failure } });
    this.#publish({ schemaVersion, kind: "failure", group, failure });
  }

  #groupOf(what: string): string | undefined {
    return [...this.#groups.values()].find(
      ({ fleets, pools }) =>
        fleets.some(({ fleet }) => fleet === what) || pools.some(({ pool }) => pool === what),
    )?.group.group;
  }

  forget(group: string): void {
    if (!this.#groups.delete(group)) return;
    this.#moments.forget(group);
    this.#dropRings();
    this.#publish({ schemaVersion, kind: "forgotten", group });
  }

  #publish(event: ApiEvent): void {
    const message = this.#backlog.append(event);
    for (const reader of this.#readers) reader(message);
  }

  #allFleets(): FleetView[] {
    return [...this.#groups.values()].flatMap(({ fleets }) => fleets);
  }

  fleets(fleet?: string): FleetsAnswer {
    const fleets = this.#allFleets().filter((view) => fleet === undefined || view.fleet === fleet);
    return { schemaVersion, groups: this.#groupViews(), fleets };
  }

  #groupViews(): GroupView[] {
    return [...this.#groups.values()].map(({ group }) => group);
  }

  pools(): PoolsAnswer {
    return { schemaVersion, pools: [...this.#groups.values()].flatMap(({ pools }) => pools) };
  }

  decisions(): DecisionsAnswer {
    const instants = this.#groupViews().flatMap(({ atSeconds }) => atSeconds ?? []);
    const nowSeconds = Math.max(0, ...instants);
    return { schemaVersion, decisions: this.#decisions.newestFirst(nowSeconds) };
  }

  history(fleet?: string, span: HistorySpan = "day"): HistoryAnswer {
    const wanted = [...this.#rings].filter(([name]) => fleet === undefined || name === fleet);
    return {
      schemaVersion,
      resolutionSeconds: HISTORY_TIERS[span].everySeconds,
      momentsFromSeconds: this.#moments.fromSeconds(),
      fleets: wanted.map(([name, rings]) => ({ fleet: name, points: rings[span].points() })),
    };
  }

  moment(atSeconds: number): MomentAnswer {
    const kept = this.#moments.at(atSeconds);
    const seen = kept.flatMap(({ decisions }) => decisions);
    return {
      schemaVersion,
      groups: kept.map(({ group }) => group),
      fleets: kept.flatMap(({ fleets }) => fleets),
      pools: kept.flatMap(({ pools }) => pools),
      decisions: this.#decisions.asOf(atSeconds, seen),
    };
  }

  diagnoses(fleet?: string): DiagnosesAnswer {
    const wanted = [...this.#episodes].filter(([name]) => fleet === undefined || name === fleet);
    const fleets = wanted.map(([name, episodes]) => ({ fleet: name, episodes: [...episodes] }));
    return { schemaVersion, fleets };
  }

  decidedOn(name: string): FleetDecidedOn | undefined {
    for (const { world } of this.#groups.values()) {
      const fleet = world?.group.fleets.find(({ key }) => key === name)?.key;
      if (world !== null && fleet !== undefined) return { world, fleet };
    }
    return undefined;
  }

  opening(lastEventId: string | null): readonly StreamMessage[] {
    const missed = lastEventId === null ? null : this.#backlog.since(lastEventId);
    return missed ?? [this.#snapshot()];
  }

  #snapshot(): StreamMessage {
    const event: ApiEvent = {
      ...this.fleets(),
      ...this.pools(),
      ...this.decisions(),
      kind: "snapshot",
    };
    return { id: this.#backlog.lastId(), kind: event.kind, json: JSON.stringify(event) };
  }

  subscribe(reader: (message: StreamMessage) => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  missing(): readonly string[] {
    const decided = this.#groupViews().some(({ atSeconds }) => atSeconds !== null);
    return decided ? [] : ["the first tick: no group of pools and fleets was decided on yet"];
  }
}

const undecided = (group: string): GroupState => ({
  group: unseen(group),
  fleets: [],
  pools: [],
  world: null,
});

const unseen = (group: string): GroupView => ({
  group,
  atSeconds: null,
  leading: false,
  durationSeconds: 0,
  actions: [],
  failure: null,
});
