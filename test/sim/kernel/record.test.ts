import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { hitRateAt, lawThrough, type ResponseLaw } from "../../../src/core/cache/response-law.ts";
import { ratio } from "../../../src/core/units.ts";
import { bundled } from "../../support/bundled.ts";
import type {
  Replay,
  replayInOrder as ReplayInOrder,
  ReplayOutcome,
  replaySampled as ReplaySampled,
} from "../../support/kernel-cases/replay-run.ts";
import type {
  agentTemplates as AgentTemplates,
  Fleet,
  RunningFleet,
  Shown,
} from "../../support/kernel-cases/response-run.ts";
import { recordingPath } from "../../support/recordings.ts";

const CONVERSATION = recordingPath("mooncake-conversation.jsonl");
const SESSIONS = recordingPath("agent-sessions.jsonl");

/** No rows for a recording that is not there: the test's name then says so. */
const rowsOf = <Row>(path: string, rows: readonly Row[]): Row[] =>
  existsSync(path) ? [...rows] : [];
const noteOf = (path: string): string =>
  existsSync(path) ? "compared" : "NOT COMPARED, the recording is absent: set BREAKWATER_TRACES";

const CASES = join(import.meta.dirname, "..", "..", "support", "kernel-cases");
const unbuilt = (): never => expect.fail("the runs are not bundled");
let replays: ReplayRuns = { replayInOrder: unbuilt, replaySampled: unbuilt };
let fleetOf: (fleet: Fleet) => RunningFleet = unbuilt;

beforeAll(async () => {
  replays = await import(await bundled(join(CASES, "replay-run.ts")));
  const runs: ResponseRuns = await import(await bundled(join(CASES, "response-run.ts")));
  const templates = existsSync(SESSIONS) ? runs.agentTemplates(SESSIONS) : null;
  fleetOf = (fleet) => (templates === null ? unbuilt() : new runs.RunningFleet(templates, fleet));
});

interface ReplayRuns {
  readonly replayInOrder: typeof ReplayInOrder;
  readonly replaySampled: typeof ReplaySampled;
}

interface ResponseRuns {
  readonly RunningFleet: typeof RunningFleet;
  readonly agentTemplates: typeof AgentTemplates;
}

/** Per replica: larger than all distinct prompts together. */
const BOUNDLESS = 500e6;
const MILLION = 1e6;

type Cell = readonly [replicas: number, router: Replay["router"], cache: number, hit: number];

const replayOf = ([replicas, router, cache]: Cell): Replay => ({
  replicas,
  router,
  cacheTokens: cache === Infinity ? replicas * BOUNDLESS : cache * MILLION,
  guard: Infinity,
});

/**
 * Percent of prompt tokens found, by replicas, router and total cache in millions of tokens, as
 * measured on a simulator of caches alone (blocks of 512 tokens, outputs not cached, one turn after
 * the other). Its random router is our round robin, which knows as little. Cells whose replicas are
 * smaller than the longest prompt are left out: an engine rejects that.
 */
const PUBLISHED: readonly Cell[] = [
  [1, "least-loaded", 1, 5.4],
  [1, "least-loaded", 3, 13.9],
  [1, "least-loaded", 10, 29.1],
  [1, "least-loaded", 30, 36.6],
  [1, "least-loaded", Infinity, 37.4],
  [4, "round-robin", 1, 4.5],
  [4, "round-robin", 3, 6.5],
  [4, "round-robin", 10, 12.5],
  [4, "round-robin", 30, 18.0],
  [4, "round-robin", Infinity, 20.0],
  [4, "prefix-affinity", 1, 4.3],
  [4, "prefix-affinity", 3, 4.8],
  [4, "prefix-affinity", 10, 11.0],
  [4, "prefix-affinity", 30, 25.8],
  [4, "prefix-affinity", Infinity, 37.4],
  [16, "round-robin", 3, 4.8],
  [16, "round-robin", 10, 6.5],
  [16, "round-robin", 30, 8.5],
  [16, "round-robin", Infinity, 9.9],
  [16, "prefix-affinity", 3, 4.3],
  [16, "prefix-affinity", 10, 4.7],
  [16, "prefix-affinity", 30, 8.1],
  [16, "prefix-affinity", Infinity, 37.4],
];

/** @returns cells that differ from what was published by a point or more, or rejected a turn */
const farFrom = (cells: readonly Cell[], outcomes: readonly ReplayOutcome[]): readonly unknown[] =>
  cells.flatMap((cell, at) => {
    const { hitRate = NaN, rejected = NaN } = outcomes[at] ?? {};
    return Math.abs(100 * hitRate - cell[3]) < 1 && rejected === 0
      ? []
      : [{ cell, hitRate, rejected }];
  });

/** Replicas, total cache in millions of tokens, percent hit as published, and as it is here. */
type GuardedCell = readonly [replicas: number, cache: number, published: number, ours: number];

/**
 * Published for a router that prefers the longest prefix among replicas whose load, forgotten over
 * 60 s, is at most 1.25 x the mean. What is not published is the unit of the load and what it may
 * be besides. Counted in tokens to compute, the cells of four replicas agree; with sixteen the text
 * alone is up to 2.8 points away. The published imbalance of 1.45 to 1.48 is more than 1.25: with
 * 24,000 tokens (two mean prompts) let pass on top of the mean it is the same here, and so are the
 * hits. That number is inferred from the imbalance, so it is nobody's default.
 */
const PUBLISHED_GUARDED: readonly GuardedCell[] = [
  [4, 1, 5.5, 5.5],
  [4, 3, 13.7, 14.3],
  [4, 10, 29.0, 29.6],
  [4, 30, 36.6, 36.6],
  [4, Infinity, 37.3, 37.3],
  [16, 3, 7.7, 8.5],
  [16, 10, 19.9, 20.9],
  [16, 30, 30.9, 30.5],
  [16, Infinity, 32.8, 32.7],
];
const INFERRED_SLACK_TOKENS = 24_000;
/** The same cells of sixteen replicas as the text alone has it: differences, not agreement. */
const WITHOUT_SLACK: readonly GuardedCell[] = [
  [16, 3, 7.7, 9.3],
  [16, 10, 19.9, 20.8],
  [16, 30, 30.9, 28.7],
  [16, Infinity, 32.8, 30.1],
];

const guardedReplay = ([replicas, cache]: GuardedCell, slackTokens: number): Replay => ({
  ...replayOf([replicas, "prefix-affinity", cache, 0]),
  guard: 1.25,
  decay: { decayNs: 60e9, slackTokens },
});

/** @returns cells, ours as measured, in percent to a digit */
const measuredCells = (
  cells: readonly GuardedCell[],
  outcomes: readonly ReplayOutcome[],
): readonly GuardedCell[] =>
  cells.map(([replicas, cache, published], at) => {
    const { hitRate = NaN, rejected = NaN } = outcomes[at] ?? {};
    return [replicas, cache, published, rejected === 0 ? Math.round(1_000 * hitRate) / 10 : NaN];
  });

describe(`the recorded conversation (${noteOf(CONVERSATION)})`, () => {
  it("has published figures to compare with", () => {
    expect(PUBLISHED).toHaveLength(23);
  });

  it.each(rowsOf(CONVERSATION, [[PUBLISHED]]))("hits as published, within a point", (cells) => {
    const file = { path: CONVERSATION, format: "mooncake" } as const;
    const outcomes = replays.replayInOrder(file, cells.map(replayOf));
    expect(farFrom(cells, outcomes)).toEqual([]);
  });

  it.each(rowsOf(CONVERSATION, [[PUBLISHED_GUARDED]]))(
    "hits as published, within a point, where a guard over 60 s lets two prompts pass",
    (cells) => {
      const file = { path: CONVERSATION, format: "mooncake" } as const;
      const asked = cells.map((cell) => guardedReplay(cell, INFERRED_SLACK_TOKENS));
      const outcomes = replays.replayInOrder(file, asked, true);
      expect(measuredCells(cells, outcomes)).toEqual(cells);
      for (const [, , published, ours] of cells) {
        expect(Math.abs(published - ours)).toBeLessThanOrEqual(1 + 1e-9);
      }
      const imbalances = outcomes.slice(-4).map(({ imbalance }) => imbalance);
      for (const imbalance of imbalances) expect(Math.abs(imbalance - 1.475)).toBeLessThan(0.03);
    },
  );

  it.each(rowsOf(CONVERSATION, [[WITHOUT_SLACK]]))(
    "differs from what was published where nothing passes the guard, on sixteen replicas",
    (cells) => {
      const file = { path: CONVERSATION, format: "mooncake" } as const;
      const asked = cells.map((cell) => guardedReplay(cell, 0));
      expect(measuredCells(cells, replays.replayInOrder(file, asked, true))).toEqual(cells);
    },
  );

  it.each(rowsOf(CONVERSATION, [[4], [16]]))(
    "goes to one of %d replicas, where the longest prefix always wins: all share a block",
    (replicas) => {
      const file = { path: CONVERSATION, format: "mooncake" } as const;
      const [outcome] = replays.replayInOrder(file, [
        replayOf([replicas, "prefix-affinity", 10, 0]),
      ]);
      expect(outcome?.imbalance).toBeCloseTo(replicas, 2);
    },
  );
});

/**
 * The same for the agent sessions, at 120 starts an hour. The published ones are of twice as many
 * sessions; smaller caches and round robin over 16 differ by more (42.1 for 43.6, 20.7 for 22.6).
 */
const PUBLISHED_AGENTS: readonly Cell[] = [
  [1, "least-loaded", 16, 94.4],
  [1, "least-loaded", 64, 96.2],
  [1, "least-loaded", Infinity, 96.2],
  [4, "round-robin", 16, 60.3],
  [4, "round-robin", 64, 82.9],
  [4, "round-robin", Infinity, 87.3],
  [4, "prefix-affinity", 16, 94.3],
  [4, "prefix-affinity", 64, 96.2],
  [4, "prefix-affinity", Infinity, 96.2],
  [4, "session-sticky", 16, 94.3],
  [4, "session-sticky", 64, 96.1],
  [16, "prefix-affinity", 16, 93.6],
  [16, "prefix-affinity", 64, 96.1],
  [16, "session-sticky", 16, 92.6],
  [16, "session-sticky", 64, 96.1],
];

/**
 * With the guard over 60 s and the slack inferred from the conversation. Four replicas agree within
 * a point, sixteen only without a bound on the cache: 16 and 64 million tokens are 1.8 and 1.2
 * points below what was published, of twice as many sessions.
 *
 * What was published says nothing of a slack, and the hit rates hang on it: with 0 (of sessions
 * that run once each), 24,000, 48,000 and 96,000 tokens 16 replicas with 16 million hit 81 to 82,
 * 84.8, 87.0 and 89.7 %, with 64 million 87, 90.7, 92.1 and 94.0 %, without a bound 88, 91.9, 93.0
 * and 94.4 %. Other draws move them by 0.7 at most. 48,000 would be within a point of all that was
 * published here (92.0 % for 4 with 16 million), but was not published either: the prompts are ten
 * times as long as the conversation's.
 */
const AGENTS_GUARDED: readonly GuardedCell[] = [
  [4, 16, 91.2, 91.2],
  [4, 64, 94.3, 94.2],
  [4, Infinity, 94.6, 94.6],
  [16, 16, 86.6, 84.8],
  [16, 64, 91.9, 90.7],
  [16, Infinity, 92.5, 91.9],
];

type Sticky = "session-sticky" | "prefix-affinity";

/** Fitted on the even sessions, 120 starts an hour on 4 to 24 replicas; rmse 0.05 and 0.11 pp. */
const FITTED: Readonly<Record<Sticky, ResponseLaw>> = {
  "session-sticky": { ceiling: 0.9625, halfSeconds: 8.457, steepness: 1.771 },
  "prefix-affinity": { ceiling: 0.9617, halfSeconds: 5.09, steepness: 1.144 },
};

const agents = (router: Sticky, replicas: number): Fleet => ({
  router,
  replicas,
  sessionsPerHour: 120,
  guard: 1.25,
  prefillPerSecond: null,
  seed: 7,
  half: 1,
});

/** Sampling noise shrinks with it: at 48 h the sticky medians are half of those at 12 h. */
const HOURS = 12;

/** What fleets of 3 to 24 replicas show, by size. */
const measured = (router: Sticky): ReadonlyMap<number, Shown> =>
  new Map(
    Array.from({ length: 22 }, (_, index) => index + 3).map((replicas) => {
      const fleet = fleetOf(agents(router, replicas));
      fleet.watch(3);
      return [replicas, fleet.watch(HOURS)];
    }),
  );

interface Errors {
  readonly median: number;
  readonly largest: number;
}

const KV_TOKENS = 2_000_000;

/** @returns errors, in points, of the hit rate of N' replicas as foretold from what N showed */
function errorsTo(
  size: (replicas: number) => number,
  router: Sticky,
  shown: ReadonlyMap<number, Shown>,
): Errors {
  const errors = [...shown].flatMap(([replicas, at]) => {
    const there = shown.get(size(replicas));
    if (there === undefined) return [];
    const point = { freeSeconds: at.freeSeconds, hitRate: ratio(at.hitRate) };
    const law = lawThrough(FITTED[router], point);
    const freeTokens = size(replicas) * KV_TOKENS - at.pinnedTokens;
    const foretold = hitRateAt(law, freeTokens / at.promptPerSecond - at.waitSeconds);
    return [100 * Math.abs(foretold - there.hitRate)];
  });
  const sorted = errors.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? NaN, largest: sorted.at(-1) ?? NaN };
}

const SIZES = [
  ["N-1", (replicas: number) => replicas - 1],
  ["N+1", (replicas: number) => replicas + 1],
  ["2N", (replicas: number) => 2 * replicas],
  ["N/2", (replicas: number) => replicas / 2],
] as const;

/**
 * Most that the median and the largest error may be, in points. Published, for one point and the
 * router's law on unseen sessions: sticky .09/.3, .07/.3, .08/.2, .17/.9; guarded .14/4.2, .15/2.1,
 * .84/2.1, .82/5.2. Ours are at most half as large again, but for the sticky largest ones and N/2:
 * .08/.61, .07/.45, .21/.72, .60/2.03 here, .03/.39, .03/.27, .11/.53, .37/1.46 over 48 hours.
 *
 * Where from: through one point, an error of the ceiling or of the point counts as its share of
 * what is missing to the ceiling. At 24 replicas .4 points are (the hit rate is 95.9 %), and half
 * as many replicas have 2^b = 3.4 times as much missing. Of these sessions drawn here the ceiling
 * is 96.7 %, not the 96.25 % of the other half: with the law fitted to themselves 2N and N/2 are
 * .02/.20 and .07/.57. Other draws of 12 hours give a ceiling of 96.3 or 96.4 % and .18 to .26 and
 * .45 to .79 as medians. It is not the router's choice for a session's first turn: drawn by hash
 * instead of the least loaded, they are .19/.61 and .68/1.69. Nor how the point is used: fitted
 * with the published prior instead, .27/.50 and .62/1.03. Three hours of warm-up are part of it, as
 * sessions go on for a day: after a day of it their own law is .961, 9.57 s, 1.729, which is nearly
 * the published one, and 2N is .12/.66; N/2 still is .43/1.77. How the sessions were split, how
 * long each run and its warm-up lasted, and which sizes at which load were counted, was not
 * published.
 */
const BOUNDS: Readonly<Record<Sticky, readonly (readonly [number, number])[]>> = {
  "session-sticky": [
    [0.135, 0.9],
    [0.105, 0.7],
    [0.3, 1],
    [0.8, 2.5],
  ],
  "prefix-affinity": [
    [0.21, 6.3],
    [0.225, 3.15],
    [1.26, 3.15],
    [1.23, 7.8],
  ],
};

describe(`the recorded agent sessions (${noteOf(SESSIONS)})`, () => {
  it("have published figures to compare with", () => {
    expect(PUBLISHED_AGENTS).toHaveLength(15);
  });

  it.each(rowsOf(SESSIONS, [[PUBLISHED_AGENTS]]))("hit as published, within a point", (cells) => {
    const file = { path: SESSIONS, format: "agent-sessions", blockTokens: 512 } as const;
    const outcomes = replays.replaySampled(
      { ...file, reuseOutputs: false },
      { sessionsPerHour: 120, hours: 12, seed: 1 },
      cells.map(replayOf),
    );
    expect(farFrom(cells, outcomes)).toEqual([]);
  });

  it.each(rowsOf(SESSIONS, [[AGENTS_GUARDED]]))(
    "hit with a guard over 60 s as published on four replicas, and less on sixteen",
    (cells) => {
      const file = { path: SESSIONS, format: "agent-sessions", blockTokens: 512 } as const;
      const outcomes = replays.replaySampled(
        { ...file, reuseOutputs: false },
        { sessionsPerHour: 120, hours: 12, seed: 1 },
        cells.map((cell) => guardedReplay(cell, INFERRED_SLACK_TOKENS)),
      );
      expect(measuredCells(cells, outcomes)).toEqual(cells);
    },
  );

  it.each(rowsOf(SESSIONS, ["session-sticky", "prefix-affinity"] as const))(
    "answer to free cache as the response law says, with the router %s",
    (router) => {
      const shown = measured(router);
      const errors = SIZES.map(([, size]) => errorsTo(size, router, shown));
      const within = errors.map(({ median, largest }, at) => {
        const [medianMax = 0, largestMax = 0] = BOUNDS[router][at] ?? [];
        return median < medianMax && largest < largestMax;
      });
      expect({ errors, within }).toEqual({ errors, within: SIZES.map(() => true) });
    },
  );

  /** 16 replicas that compute 12,800 prompt tokens/s each. */
  const sixteen = (sessionsPerHour: number): RunningFleet =>
    fleetOf({
      ...agents("session-sticky", 16),
      sessionsPerHour,
      prefillPerSecond: 12_800,
      seed: 1,
      half: 0,
    });

  it.each(rowsOf(SESSIONS, [240]))(
    "collapse for good when four replicas of sixteen go, at %d sessions an hour",
    (sessionsPerHour) => {
      const kept = sixteen(sessionsPerHour);
      const shrunk = sixteen(sessionsPerHour);
      for (const fleet of [kept, shrunk]) fleet.watch(9);
      shrunk.shrinkTo(12);
      for (const fleet of [kept, shrunk]) fleet.watch(4);
      expect(kept.watch(1).hitRate).toBeGreaterThan(0.85);
      expect(shrunk.watch(1).hitRate).toBeLessThan(0.05);
    },
  );

  it.each(rowsOf(SESSIONS, [220]))(
    "never recover from a cold start at full load with capacity to spare, at %d an hour",
    (sessionsPerHour) => {
      const fleet = sixteen(sessionsPerHour);
      fleet.watch(6);
      fleet.slow(2);
      fleet.watch(2);
      const warm = fleet.watch(1);
      const coldTokens = warm.promptPerSecond * (1 - warm.hitRate);
      expect(warm.hitRate).toBeGreaterThan(0.8);
      expect((16 * 12_800) / 2 / coldTokens).toBeGreaterThan(1.7);
      fleet.forgetAll();
      fleet.watch(6);
      expect(fleet.watch(1).hitRate).toBeLessThan(0.05);
    },
  );
});
