/** The drain of a busy rack, in one way or another. Bundled: see `../bundled.ts`. */
import { createHash } from "node:crypto";
import type { CompiledScenario } from "../../../src/config/compiled-scenario.ts";
import type { CompiledGroup } from "../../../src/core/compiled.ts";
import type { Intent } from "../../../src/core/observation.ts";
import { after, gpuCount, millis, nodeCount, rackCount, ratio } from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { NO_DECISION_LOG } from "../../../src/ports/decision-log.ts";
import type { TickReport } from "../../../src/ports/telemetry.ts";
import { controllerTicks } from "../../../src/sim/controller-ticks.ts";
import { simulatedPorts } from "../../../src/sim/ports/simulated-ports.ts";
import type { SimulatedPorts } from "../../../src/sim/ports/simulated-ports.ts";
import type { TurnRecord } from "../../../src/sim/kernel/contract.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { World } from "../../../src/sim/world.ts";
import { generateTemplates, generatedTraffic } from "../../../src/traces/generators/generate.ts";
import type { SessionSource, TurnTemplates } from "../../../src/traces/turn-templates.ts";
import { GROUP, aScenario } from "../simulated-world.ts";

/** None: the rack stays. Paced: as the fleet says. Unpaced: evicted directly, all pods at once. */
export type DrainKind = "none" | "paced" | "unpaced";

export interface DrainReport {
  readonly failures: readonly string[];
  readonly phase: Intent["phase"] | null;
  /** Codes of what the drain did or waited for, each when it first did. */
  readonly story: readonly string[];
  /** From the decision until the rack had gone. */
  readonly minutes: number | null;
  /**
   * Prompt tokens computed for sessions that the rack had served, on their first turn elsewhere:
   * per second, for each minute that begins with one of the ticks after the decision.
   */
  readonly movedTokensPerSecond: readonly number[];
  /** Sessions that moved from the rack. */
  readonly moved: number;
  readonly promptTokensPerSecond: number;
  readonly hitRate: number;
  /** Turns that were sent more than once: cut off, or timed out. */
  readonly sentAgain: number;
  /** Of turns that arrived after the decision. */
  readonly ended: number;
  /** arrived − ended − in flight: 0, or a turn was lost. */
  readonly lost: number;
  /** Seconds, of the same turns. */
  readonly ttftP95: number;
  /** Shares of those within the objective, in the worst five minutes. */
  readonly worstShare: number;
}

const DRAIN = "gb200-demo-in-99";
const TICK_MS = 15_000;
const MINUTE_MS = 60_000;
const BEFORE_MINUTES = 10;
const AFTER_MINUTES = 20;
const PACE = 8_000;
const THRESHOLD_SECONDS = 20;

/** 240 sessions of coding agents an hour on half racks of eight engines, four racks of them. */
const SESSIONS_PER_HOUR = 180;
const RACKS = 6;
const WARMUP_MS = millis(60 * MINUTE_MS);

function groupOf(kind: DrainKind): CompiledGroup {
  const { pools, fleets } = GROUP;
  const rack = { nodes: nodeCount(18), usableNodes: nodeCount(16) };
  return {
    ...GROUP,
    pools: pools.map((pool) => ({ ...pool, rack: { ...pool.rack, ...rack } })),
    fleets: fleets.map((fleet) => ({
      ...fleet,
      objectives: fleet.objectives.map((objective) =>
        objective.metric === "TTFT"
          ? { ...objective, thresholdMs: millis(THRESHOLD_SECONDS * 1000), share: ratio(0.95) }
          : objective,
      ),
      workloads: fleet.workloads.map((workload) => ({
        ...workload,
        gpusPerUnit: gpuCount(8),
        unitsPerRack: 8,
        ...(kind === "paced" && { ejectLabel: "breakwater.dev/route" }),
      })),
      racks: { ...fleet.racks, max: rackCount(kind === "none" ? RACKS : RACKS - 1) },
      drain: {
        ...fleet.drain,
        maxColdTokensPerSecond: PACE,
        deadlineMs: millis(45 * MINUTE_MS),
        onDeadline: "Cancel" as const,
      },
      behavior: { ...fleet.behavior, scaleInStabilizationMs: millis(24 * 60 * MINUTE_MS) },
    })),
  };
}

const scenarioOf = (kind: DrainKind): CompiledScenario =>
  aScenario({
    group: groupOf(kind),
    supply: { startRacks: RACKS },
    world: { warmupMs: WARMUP_MS },
  });

function agents(seed: number): SessionSource {
  return generatedTraffic({
    profile: "coding-agent",
    sessionsPerHour: SESSIONS_PER_HOUR,
    curves: [],
    draws: new RandomStream(seed, "starts"),
    templateDraws: new RandomStream(seed, "templates"),
  });
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The decision that a person confirmed: one rack of so many, the first. */
async function openDrain(ports: SimulatedPorts, world: World, at: EpochMs): Promise<void> {
  const [pool] = world.pools();
  const [rack] = pool?.racks() ?? [];
  if (pool === undefined || rack === undefined) throw new Error("no rack");
  const from = pool.object.state().desired;
  const intent: Intent = {
    name: DRAIN,
    fleet: "agents/coder",
    pool: pool.pool.name,
    direction: "In",
    fromRacks: rackCount(from),
    toRacksAtMost: rackCount(from - 1),
    maxUsdPerHour: null,
    rack: rack.id,
    victimNodeUids: rack.nodes.map(({ uid }) => uid),
    reason: { code: "surplus", text: "Confirmed by a person." },
    requiredApprovals: 0,
    onExpiry: "Drop",
    createdAt: at,
    expiresAt: at,
    actBefore: after(at, millis(AFTER_MINUTES * MINUTE_MS)),
    drainDeadline: after(at, millis(45 * MINUTE_MS)),
    approvals: [],
    phase: "Approved",
    askedRacks: null,
  };
  const evidence = {
    attainmentIfDone: null,
    attainmentIfNot: null,
    cacheCause: "none" as const,
    alternatives: [],
    policyDigest: "",
    observationDigest: "",
  };
  await ports.decisions.open({ kind: "OpenIntent", intent, reason: intent.reason }, evidence);
}

interface EndedTurn {
  readonly arrivalMs: number;
  readonly ttft: number;
  readonly tries: number;
}

interface Move {
  readonly atMs: number;
  readonly coldTokens: number;
}

/** Notices sessions whose last turn ended on the rack and whose next one ended elsewhere. */
class Moves {
  readonly seen: Move[] = [];
  private readonly lastOnRack = new Map<number, boolean>();
  private readonly rows: TurnTemplates["rows"];
  private readonly onRack: (replica: number) => boolean;

  constructor(rows: TurnTemplates["rows"], onRack: (replica: number) => boolean) {
    this.rows = rows;
    this.onRack = onRack;
  }

  note({ session, row, replica, cachedTokens }: TurnRecord, atMs: number): void {
    if (replica < 0) return;
    const here = this.onRack(replica);
    if (!here && this.lastOnRack.get(session) === true) {
      this.seen.push({ atMs, coldTokens: (this.rows.inputTokens[row] ?? 0) - cachedTokens });
    }
    this.lastOnRack.set(session, here);
  }
}

const minutesFrom = (moves: readonly Move[], from: number): readonly number[] =>
  Array.from({ length: (AFTER_MINUTES * MINUTE_MS) / TICK_MS }, (_, n) => {
    const start = from + n * TICK_MS;
    const within = moves.filter(({ atMs }) => atMs >= start && atMs < start + MINUTE_MS);
    return within.reduce((sum, { coldTokens }) => sum + coldTokens, 0) / 60;
  });

const heardPorts = (
  world: World,
  tick: (report: TickReport) => void,
  failures: string[],
): ReturnType<typeof simulatedPorts> =>
  simulatedPorts(world, {
    digest,
    log: NO_DECISION_LOG,
    telemetry: {
      tick,
      tickFailed: (_group, code, message) => failures.push(`${code}: ${message}`),
      forget: () => {},
    },
  });

export async function drainOf(kind: DrainKind, seed: number): Promise<DrainReport> {
  const scenario = scenarioOf(kind);
  const { startsAt } = scenario;
  const warmupMs = scenario.world.warmupMs ?? 0;
  const turns: EndedTurn[] = [];
  const { rows } = generateTemplates({
    profile: "coding-agent",
    draws: new RandomStream(seed, "templates"),
  });
  let onRack: readonly (number | null)[] = [];
  const moving = new Moves(rows, (replica) => onRack.includes(replica));
  const world = new World({
    scenario,
    seed,
    traffic: new Map([["agents/coder", [agents(seed)]]]),
    maxUnavailablePods: 99,
    onTurn: (_, turn) => {
      const { arrivalNs, firstTokenNs, tries } = turn;
      const arrivalMs = startsAt - warmupMs + arrivalNs / 1e6;
      moving.note(turn, startsAt - warmupMs + firstTokenNs / 1e6);
      turns.push({ arrivalMs, ttft: (firstTokenNs - arrivalNs) / 1e9, tries });
    },
  });
  const failures: string[] = [];
  const story: string[] = [];
  const decidedAt = after(startsAt, millis(BEFORE_MINUTES * MINUTE_MS));
  let endedAt: number | null = null;
  const hear = ({ decision }: TickReport): void => {
    const drain = decision.progress.find(({ intent }) => intent === DRAIN);
    if (drain === undefined) return;
    if (story.at(-1) !== drain.reason.code) story.push(drain.reason.code);
    if (drain.state === "Done") endedAt = decision.at;
  };
  const ports = heardPorts(world, hear, failures);
  const tick = controllerTicks(ports, { codeVersion: "test", digest, stopwatch: () => 0 });
  // The rack's engines, from the beginning: a session's home is known from its first turn on.
  onRack =
    world
      .pools()[0]
      ?.racks()[0]
      ?.pods.map(({ replica }) => replica) ?? [];
  const before = await advance({ world, tick }, decidedAt);
  if (kind !== "none") await openDrain(ports, world, decidedAt);
  const until = after(decidedAt, millis(AFTER_MINUTES * MINUTE_MS));
  const end = await advance({ world, tick }, until);
  const moves = moving.seen.filter(({ atMs }) => atMs >= decidedAt);
  world.checkConserved();
  const { arrived, completed, rejected, abandoned, inFlight } = countsOf(world);
  const since = turns.filter(({ arrivalMs }) => arrivalMs >= decidedAt);
  const intents = await ports.decisions.list();
  const promptTokens = end.promptTokens - before.promptTokens;
  return {
    failures,
    phase: intents.find(({ name }) => name === DRAIN)?.phase ?? null,
    story,
    minutes: endedAt === null ? null : (endedAt - decidedAt) / MINUTE_MS,
    movedTokensPerSecond: minutesFrom(moves, decidedAt),
    moved: moves.length,
    promptTokensPerSecond: promptTokens / (AFTER_MINUTES * 60),
    hitRate: 1 - (end.coldTokens - before.coldTokens) / promptTokens,
    sentAgain: since.filter(({ tries }) => tries > 1).length,
    ended: since.length,
    lost: arrived - completed - rejected - abandoned - inFlight,
    ttftP95: quantile(
      since.map(({ ttft }) => ttft),
      0.95,
    ),
    worstShare: worstShare(since, decidedAt),
  };
}

const countsOf = (world: World) => {
  const [fleet] = world.fleets();
  if (fleet === undefined) throw new Error("no fleet");
  return fleet.kernel.counts();
};

interface Tokens {
  readonly coldTokens: number;
  readonly promptTokens: number;
}

async function advance(
  { world, tick }: { readonly world: World; readonly tick: () => Promise<void> },
  until: EpochMs,
): Promise<Tokens> {
  for (;;) {
    const [fleet] = world.fleets();
    if (fleet === undefined) throw new Error("no fleet");
    if (world.now() >= until) return fleet.results();
    world.advanceTo(after(world.now(), millis(TICK_MS)));
    await tick();
  }
}

function quantile(values: readonly number[], q: number): number {
  const ordered = values.filter(Number.isFinite).toSorted((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(q * ordered.length))] ?? Number.NaN;
}

/** A turn without a first token is outside the objective. */
function worstShare(turns: readonly EndedTurn[], from: number): number {
  const shares = Array.from({ length: AFTER_MINUTES - 4 }, (_, n) => {
    const start = from + n * MINUTE_MS;
    const within = turns.filter(
      ({ arrivalMs }) => arrivalMs >= start && arrivalMs < start + 5 * MINUTE_MS,
    );
    const met = within.filter(({ ttft }) => ttft <= THRESHOLD_SECONDS).length;
    return within.length === 0 ? 1 : met / within.length;
  });
  return Math.min(...shares);
}
