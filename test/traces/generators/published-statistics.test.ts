/**
 * Generated traffic against the statistics it is calibrated on: the recordings' own published
 * figures. Tolerances are what sets of this size scatter by over seeds, with some room.
 */
import { describe, expect, it } from "vitest";
import { batchTemplates } from "../../../src/traces/generators/batch.ts";
import { chatSessions } from "../../../src/traces/generators/chat.ts";
import { codingAgentSessions } from "../../../src/traces/generators/coding-agent.ts";
import { generatedTraffic, generateTemplates } from "../../../src/traces/generators/generate.ts";
import { ArrivalStatistics } from "../../../src/traces/inspect/arrival-statistics.ts";
import { idealHits } from "../../../src/traces/inspect/ideal-hits.ts";
import { QuantileSketch } from "../../../src/traces/inspect/quantile-sketch.ts";
import type { SessionRecord, SessionRow } from "../../../src/traces/records.ts";
import { compileAgentSessions } from "../../../src/traces/templates/agent-templates.ts";
import { draws } from "../../support/draws.ts";
import { checkTemplates } from "../../support/prefix-identities.ts";

const SEEDS = [1, 2, 3] as const;

function sketch(values: Iterable<number>): QuantileSketch {
  const quantiles = new QuantileSketch();
  for (const value of values) quantiles.add(value);
  return quantiles;
}

/** p50, p90 and p99 within a share of what is published. */
function expectQuantiles(
  values: Iterable<number>,
  published: readonly (readonly [share: number, value: number])[],
  tolerance: number,
): void {
  const quantiles = sketch(values);
  for (const [share, value] of published) {
    expect(quantiles.quantile(share) / value, `p${share * 100}`).toBeGreaterThan(1 - tolerance);
    expect(quantiles.quantile(share) / value, `p${share * 100}`).toBeLessThan(1 + tolerance);
  }
}

const rowsOf = (sessions: readonly SessionRecord[]): readonly SessionRow[] =>
  sessions.flatMap(({ rows }) => rows);

/** Pairs of a row and the one it continues. */
const continued = (sessions: readonly SessionRecord[]) =>
  sessions.flatMap(({ rows }) =>
    rows.flatMap((row) => {
      const before = rows[row.prefixRow];
      return before === undefined ? [] : [{ row, before }];
    }),
  );

describe.each(SEEDS)("coding agents, seed %i", (seed) => {
  const sessions = codingAgentSessions(300, draws(seed));
  const rows = rowsOf(sessions);

  it("turns of a session: p50 46, p99 342", () => {
    const turns = sessions.map((session) => session.rows.filter(({ agent }) => agent === 0).length);
    expectQuantiles(
      turns,
      [
        [0.5, 46],
        [0.99, 342],
      ],
      0.15,
    );
  });

  it("prompts: p50 103,662, p90 233,633, p99 498,617 tokens", () => {
    const lengths = rows.map(({ inputTokens }) => inputTokens);
    expectQuantiles(lengths, [[0.5, 103_662]], 0.12);
    expectQuantiles(
      lengths,
      [
        [0.9, 233_633],
        [0.99, 498_617],
      ],
      0.25,
    );
  });

  it("answers: p50 216, p90 898, p99 3,687 tokens", () => {
    const lengths = rows.map(({ outputTokens }) => outputTokens);
    expectQuantiles(
      lengths,
      [
        [0.5, 216],
        [0.9, 898],
        [0.99, 3_687],
      ],
      0.1,
    );
  });

  it("new input of a turn: p50 705, p90 4,077, p99 65,875 tokens", () => {
    const fresh = rows.map(({ inputTokens, sharedBlocks }) => inputTokens - sharedBlocks * 64);
    expectQuantiles(fresh, [[0.5, 705]], 0.1);
    expectQuantiles(
      fresh,
      [
        [0.9, 4_077],
        [0.99, 65_875],
      ],
      0.35,
    );
  });

  it("pauses: 94 % after tools (9, 71, 612 s), 6 % after answers (127, 1,893 s)", () => {
    const pauses = continued(sessions)
      .filter(({ row }) => row.agent === 0)
      .map(({ row }) => (row.thinkMs ?? 0) / 1_000);
    // The mixture's own quantiles, from the two published distributions.
    expectQuantiles(
      pauses,
      [
        [0.5, 10],
        [0.9, 108],
        [0.99, 1_650],
      ],
      0.3,
    );
  });

  it("contexts shrink by more than a tenth on 0.7 % of turns", () => {
    const pairs = continued(sessions);
    const shrunk = pairs.filter(({ row, before }) => row.inputTokens < 0.9 * before.inputTokens);
    expect(Math.abs(shrunk.length / pairs.length - 0.007)).toBeLessThan(0.003);
  });

  it("has sub-agents that run beside the main agent and are awaited", () => {
    const withSubAgents = sessions.filter((session) => session.rows.some(({ agent }) => agent > 0));
    expect(withSubAgents.length).toBeGreaterThan(0);
    const templates = compileAgentSessions(sessions);
    checkTemplates(templates);
    expect(templates.rows.joins.some((joins) => joins > 1)).toBe(true);
  });

  it("96 % of prompt tokens could be found in a cache", () => {
    const { hitTokens, promptTokens } = idealHits(compileAgentSessions(sessions));
    expect(Math.abs(hitTokens / promptTokens - 0.965)).toBeLessThan(0.015);
  });
});

describe.each(SEEDS)("conversations, seed %i", (seed) => {
  const sessions = chatSessions(8_000, draws(seed));
  const rows = rowsOf(sessions);

  it("prompts: p50 6,909, p90 27,367, p99 85,401 tokens", () => {
    const lengths = rows.map(({ inputTokens }) => inputTokens);
    expectQuantiles(
      lengths,
      [
        [0.5, 6_909],
        [0.9, 27_367],
        [0.99, 85_401],
      ],
      0.15,
    );
  });

  it("answers: p50 350, p90 597, p99 1,120 tokens", () => {
    const lengths = rows.map(({ outputTokens }) => outputTokens);
    expectQuantiles(
      lengths,
      [
        [0.5, 350],
        [0.9, 597],
        [0.99, 1_120],
      ],
      0.1,
    );
  });

  it("37.4 % of prompt tokens could be found in a cache", () => {
    const { hitTokens, promptTokens } = idealHits(compileAgentSessions(sessions));
    expect(Math.abs(hitTokens / promptTokens - 0.374)).toBeLessThan(0.02);
  });
});

describe.each(SEEDS)("batches, seed %i", (seed) => {
  const templates = batchTemplates(250, draws(seed));

  it("prompts: p50 1,469, p90 5,194, p99 7,436; answers: p50 13, p90 55, p99 252 tokens", () => {
    const { inputTokens, outputTokens } = templates.rows;
    expectQuantiles(
      inputTokens,
      [
        [0.5, 1_469],
        [0.9, 5_194],
        [0.99, 7_436],
      ],
      0.06,
    );
    expectQuantiles(
      outputTokens,
      [
        [0.5, 13],
        [0.9, 55],
        [0.99, 252],
      ],
      0.12,
    );
  });

  it("share nothing", () => {
    expect(idealHits(templates).hitTokens).toBe(0);
  });

  it("arrive as unevenly as recorded: gaps CV 13.2, minutes CV 1.04, p99 4.18 x mean", () => {
    const arrivals = arrivalsOfDay(seed);
    expect(Math.abs((arrivals?.gapCv ?? 0) / 13.2 - 1)).toBeLessThan(0.2);
    expect(Math.abs((arrivals?.minuteCv ?? 0) / 1.04 - 1)).toBeLessThan(0.15);
    expect(Math.abs((arrivals?.p99OverMean ?? 0) / 4.18 - 1)).toBeLessThan(0.15);
    expect(Math.abs((arrivals?.perSecond ?? 0) / 2.52 - 1)).toBeLessThan(0.15);
  });
});

/** At the 104 jobs an hour that give the recording's 2.52 requests a second. */
function arrivalsOfDay(seed: number) {
  const source = generatedTraffic({
    profile: "batch",
    sessionsPerHour: 104,
    curves: [],
    draws: draws(seed + 10),
    templateDraws: draws(seed),
  });
  const { rows, sessions } = source.templates;
  const instants: number[] = [];
  const start = { atNs: 0, template: 0 };
  const dayNs = 86_400e9;
  while (source.next(start) && start.atNs < dayNs) {
    const first = sessions.firstRow[start.template] ?? 0;
    const end = first + (sessions.rowCount[start.template] ?? 0);
    for (let row = first; row < end; row += 1) instants.push(start.atNs + (rows.delayNs[row] ?? 0));
  }
  const arrivals = new ArrivalStatistics();
  for (const at of instants.toSorted((a, b) => a - b)) arrivals.add(at);
  return arrivals.summary();
}

describe("a set of templates", () => {
  it.each(["coding-agent", "chat", "batch"] as const)(
    "is the same for the same draws: %s",
    (profile) => {
      const set = (seed: number) =>
        generateTemplates({ profile, sessions: 20, draws: draws(seed) });
      expect(set(5)).toEqual(set(5));
      expect(set(5)).not.toEqual(set(6));
      checkTemplates(set(5));
    },
  );
});
