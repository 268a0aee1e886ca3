/** Why a recording's hit rate is what it is. Read this first. */
import type { EngineProfile } from "../../core/profiles/engine-profiles.ts";
import type { TurnTemplates } from "../../traces/turn-templates.ts";
import { divergencesOf } from "./divergences.ts";
import type { Divergence, Divergences } from "./divergences.ts";
import { hitCurves, hitRateAt, tokensFor } from "./hit-curves.ts";
import type { HitCurves } from "./hit-curves.ts";
import { layTurns } from "./laid-turns.ts";
import { lostBlocks, suspectsOf } from "./suspects.ts";
import type { Suspect, SuspectKind } from "./suspects.ts";
import { turnRelations } from "./turn-relations.ts";
import type { TurnRelations } from "./turn-relations.ts";
import type { UseOrder } from "./use-order.ts";

export interface TraceQuestion {
  readonly templates: TurnTemplates;
  readonly order: UseOrder;
  /** Whether arrivals of all sessions are as recorded. */
  readonly commonClock: boolean;
  /** Whose each turn is, where the templates do not say; null: they do. */
  readonly sessionIds: readonly string[] | null;
  /** Whether it is known which turns are of one session. */
  readonly sessionsKnown: boolean;
  readonly cacheTokens: number;
  readonly profile: Pick<EngineProfile, "prefillTokensPerSecondPerGpu">;
  readonly usdPerGpuHour: number;
}

/** What prompt tokens that are computed cost in prefill alone. */
export interface Cost {
  readonly coldTokens: number;
  readonly gpuHours: number;
  readonly usd: number;
}

export interface TraceDiagnosis {
  readonly turns: number;
  readonly blocks: number;
  readonly blockTokens: number;
  readonly spanHours: number;
  readonly promptTokens: number;
  readonly cacheTokens: number;
  readonly idealHitRate: number;
  readonly hitRate: number;
  /** All prompt tokens that are computed, with the cache asked about. */
  readonly cost: Cost;
  readonly bySize: readonly SizePoint[];
  readonly byIdle: readonly IdlePoint[];
  /** null: the recording does not say which turns are of one session. */
  readonly divergence: DivergenceSummary | null;
  readonly suspects: readonly SuspectFinding[];
}

export interface SizePoint {
  readonly cacheTokens: number;
  readonly hitRate: number;
  /** How long such a cache keeps what nobody uses; null: without end. */
  readonly keepsSeconds: number | null;
}

export interface IdlePoint {
  readonly seconds: number;
  readonly hitRate: number;
}

export interface DivergenceSummary {
  /** Turns that follow another of their session. */
  readonly followers: number;
  readonly diverging: number;
  readonly byDepth: readonly DepthCount[];
  /** The sessions with most blocks lost. */
  readonly worst: readonly SessionLoss[];
  readonly sessions: number;
  readonly unexplained: number;
}

export interface DepthCount {
  readonly block: number;
  readonly token: number;
  readonly turns: number;
  readonly shareOfTurns: number;
}

export interface SessionLoss {
  readonly session: string;
  readonly turns: number;
  readonly diverging: number;
  readonly usualDepthTokens: number;
  readonly lostTokens: number;
}

export interface SuspectFinding {
  readonly kind: SuspectKind;
  readonly turns: number;
  readonly shareOfTurns: number;
  readonly sessions: number;
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly fromToken: number;
  readonly toToken: number;
  readonly sinceSeconds: number | null;
  /** With the fault taken out, of the cache asked about and of one without bounds. */
  readonly hitRateWithout: number;
  readonly idealHitRateWithout: number;
  readonly saved: Cost;
}

export function diagnoseTrace(question: TraceQuestion): TraceDiagnosis {
  const { templates, order, sessionsKnown, cacheTokens } = question;
  const relations = turnRelations(templates, question.sessionIds);
  const curves = hitCurves(templates, layTurns(templates, relations, []), order);
  const body = sessionsKnown
    ? divergenceBody(question, relations, curves)
    : { divergence: null, suspects: [] };
  const cold = curves.promptTokens * (1 - hitRateAt(curves, cacheTokens));
  const first = order.atMs[order.rows[0] ?? 0] ?? 0;
  const lastMs = order.rows.reduce((most, row) => Math.max(most, order.endMs[row] ?? 0), 0);
  return {
    turns: order.rows.length,
    blocks: curves.blocks,
    blockTokens: curves.blockTokens,
    spanHours: (lastMs - first) / 3_600_000,
    promptTokens: curves.promptTokens,
    cacheTokens,
    idealHitRate: hitRateAt(curves, Number.POSITIVE_INFINITY),
    hitRate: hitRateAt(curves, cacheTokens),
    cost: costOf(cold, question),
    bySize: sizePoints(curves),
    byIdle: idlePoints(curves),
    ...body,
  };
}

/** GPU time of prefill alone, as the profile states it for the turn of a coding agent. */
function costOf(coldTokens: number, { profile, usdPerGpuHour }: TraceQuestion): Cost {
  const gpuHours = coldTokens / profile.prefillTokensPerSecondPerGpu / 3_600;
  return { coldTokens, gpuHours, usd: gpuHours * usdPerGpuHour };
}

/** Shares of what any cache would serve, at which the curve is told. */
const TOLD_SHARES = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];

function sizePoints(curves: HitCurves): readonly SizePoint[] {
  const most = curves.hitsBySize.at(-1) ?? 0;
  return TOLD_SHARES.map((share) => {
    const keepsMs = curves.pass.reuse.whereReused(share * most);
    const tokens = tokensFor(curves, share);
    return {
      cacheTokens: tokens,
      hitRate: hitRateAt(curves, tokens),
      keepsSeconds: Number.isFinite(keepsMs) ? keepsMs / 1_000 : null,
    };
  });
}

/** As facts about recordings are published: seconds to an hour. */
const TOLD_SECONDS = [1, 5, 10, 20, 60, 300, 900, 3_600];

const idlePoints = ({ pass, blockTokens, promptTokens }: HitCurves): readonly IdlePoint[] =>
  TOLD_SECONDS.map((seconds) => ({
    seconds,
    hitRate: (pass.reuse.within(seconds * 1_000) * blockTokens) / Math.max(1, promptTokens),
  }));

function divergenceBody(
  question: TraceQuestion,
  relations: TurnRelations,
  curves: HitCurves,
): Pick<TraceDiagnosis, "divergence" | "suspects"> {
  const { templates, order, commonClock } = question;
  const divergences = divergencesOf(templates, relations);
  const at = (row: number): number => order.atMs[row] ?? Number.NaN;
  const { suspects, unexplained } = suspectsOf({
    divergences,
    arrivalMs: commonClock ? at : null,
    sessionsAcross: commonClock ? (atMs) => sessionsAcross(relations, at, atMs) : null,
  });
  const divergence = {
    ...summaryOf(question, relations, divergences),
    unexplained: unexplained.length,
  };
  const findings = suspects.map((suspect) =>
    findingOf(suspect, { question, relations, curves, followers: divergences.followers }),
  );
  return { divergence, suspects: findings };
}

function sessionsAcross(
  { previous, session }: TurnRelations,
  at: (row: number) => number,
  atMs: number,
): number {
  const across = new Set<number>();
  for (const [row, before] of previous.entries()) {
    if (before >= 0 && at(before) < atMs && at(row) >= atMs) across.add(session[row] ?? -1);
  }
  return across.size;
}

interface FindingInput {
  readonly question: TraceQuestion;
  readonly relations: TurnRelations;
  readonly curves: HitCurves;
  readonly followers: number;
}

function findingOf(suspect: Suspect, input: FindingInput): SuspectFinding {
  const { question, relations, curves, followers } = input;
  const { templates, order, cacheTokens } = question;
  const mended = hitCurves(templates, layTurns(templates, relations, suspect.turns), order);
  const { blockTokens, promptTokens } = curves;
  const hitRateWithout = hitRateAt(mended, cacheTokens);
  const saved = promptTokens * (hitRateWithout - hitRateAt(curves, cacheTokens));
  const { kind, turns, sessions, fromBlocks, toBlocks, sinceMs } = suspect;
  return {
    kind,
    turns: turns.length,
    shareOfTurns: turns.length / followers,
    sessions,
    fromBlock: fromBlocks,
    toBlock: toBlocks,
    fromToken: fromBlocks * blockTokens,
    toToken: toBlocks * blockTokens,
    sinceSeconds: sinceMs === null ? null : sinceMs / 1_000,
    hitRateWithout,
    idealHitRateWithout: hitRateAt(mended, Number.POSITIVE_INFINITY),
    saved: costOf(saved, question),
  };
}

/** What fits a page. */
const TOLD_DEPTHS = 5;
const TOLD_SESSIONS = 5;

function summaryOf(
  { templates, sessionIds }: TraceQuestion,
  { session, previous }: TurnRelations,
  { found, followers }: Divergences,
): Omit<DivergenceSummary, "unexplained"> {
  const { blockTokens } = templates;
  const bySession = groupedBy(found, (turn) => turn.session);
  const names = new Map([...session].map((of, row) => [of, sessionIds?.[row] ?? `${of}`]));
  const followersOf = groupedBy(
    [...previous.keys()].filter((row) => (previous[row] ?? -1) >= 0),
    (row) => session[row] ?? -1,
  );
  const worst = [...bySession].map(
    ([of, turns]): SessionLoss => ({
      session: names.get(of) ?? "",
      turns: followersOf.get(of)?.length ?? 0,
      diverging: turns.length,
      usualDepthTokens: (depthsOf(turns)[0]?.[0] ?? 0) * blockTokens,
      lostTokens: lostBlocks({ turns }) * blockTokens,
    }),
  );
  return {
    followers,
    diverging: found.length,
    byDepth: depthsOf(found)
      .slice(0, TOLD_DEPTHS)
      .map(([block, turns]) => ({
        block,
        token: block * blockTokens,
        turns,
        shareOfTurns: turns / followers,
      })),
    worst: worst.toSorted((a, b) => b.lostTokens - a.lostTokens).slice(0, TOLD_SESSIONS),
    sessions: new Set(session).size,
  };
}

/** @returns depths in blocks with their turns, the most frequent first */
const depthsOf = (turns: readonly Divergence[]): readonly (readonly [number, number])[] =>
  [...groupedBy(turns, ({ depthBlocks }) => depthBlocks)]
    .map(([depth, group]) => [depth, group.length] as const)
    .toSorted((a, b) => b[1] - a[1] || a[0] - b[0]);

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => number): ReadonlyMap<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key) ?? [];
    group.push(item);
    groups.set(key, group);
  }
  return groups;
}
