import { describe, expect, it } from "vitest";
import type { SessionRow } from "../../../src/traces/records.ts";
import { agentTimeline } from "../../../src/traces/templates/agent-timeline.ts";

const SECOND = 1_000;

/** Seconds: when it came, how long it took, the pause before it, whose it is. */
const row = (at: number, took: number | null, pause: number | null, agent = 0): SessionRow => ({
  atMs: at * SECOND,
  serviceMs: took === null ? null : took * SECOND,
  thinkMs: pause === null ? null : pause * SECOND,
  agent,
  inputTokens: 100,
  outputTokens: 5,
  prefixRow: -1,
  sharedBlocks: 0,
  promptBlocks: 1,
});

const timeline = (...rows: readonly SessionRow[]) =>
  agentTimeline({ rows }).map(({ predecessors, delayMs }) => [predecessors, delayMs / SECOND]);

describe("who waits for whom", () => {
  it("is the turn before, after the recorded pause, whatever the clock said", () => {
    expect(timeline(row(0, 7, 0), row(19, 9, 12), row(99, 5, 8))).toEqual([
      [[], 0],
      [[0], 12],
      [[1], 8],
    ]);
  });

  it("falls back on the clock where no end was recorded, or no pause", () => {
    // The pause of the third turn was counted from the end of the first.
    expect(timeline(row(0, 7, 0), row(20, null, 13), row(49, 5, 42), row(60, 2, null))).toEqual([
      [[], 0],
      [[0], 13],
      [[1], 29],
      [[2], 6],
    ]);
  });

  it("lets a sub-agent start behind the last complete turn, and be awaited at its end", () => {
    const rows = [
      row(0, 7, 0),
      row(134, 3, 0, 1),
      row(140, 4, 3, 1),
      row(153, 23, 145),
      row(184, 7, 8),
      row(222, 34, 78, 1),
      row(298, 11, 107),
      row(315, 6, 6),
    ];
    expect(timeline(...rows)).toEqual([
      [[], 0],
      [[0], 127],
      [[1], 3],
      [[0], 145],
      [[3], 8],
      [[2], 78],
      // 42 s after the sub-agent's end at 256 s, not 107 s after its own turn.
      [[4, 5], 42],
      [[6], 6],
    ]);
  });

  it("joins several sub-agents at once", () => {
    const rows = [row(0, 1, 0), row(2, 1, 0, 1), row(3, 1, 0, 2), row(10, 1, 9)];
    expect(timeline(...rows)).toEqual([
      [[], 0],
      [[0], 1],
      [[0], 2],
      [[0, 1, 2], 6],
    ]);
  });

  it("does not wait for a sub-agent that outlives the main agent", () => {
    expect(timeline(row(0, 1, 0), row(2, 1, 1), row(4, 90, 0, 1))).toEqual([
      [[], 0],
      [[0], 1],
      [[1], 1],
    ]);
  });

  it("starts a sub-agent behind a turn under way if none is complete, or by itself", () => {
    expect(timeline(row(0, 50, 0), row(3, 1, 0, 1))).toEqual([
      [[], 0],
      [[0], 0],
    ]);
    expect(timeline(row(3, 1, 0, 1), row(5, 1, 0))).toEqual([
      [[], 3],
      [[], 5],
    ]);
  });
});
