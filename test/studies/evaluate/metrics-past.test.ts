import { describe, expect, it } from "vitest";
import type { SignalReading } from "../../../src/core/observation.ts";
import { epochMs, millis, ratio } from "../../../src/core/units.ts";
import type { PastRange, PastSource } from "../../../src/ports/past-source.ts";
import { metricsPast } from "../../../src/studies/evaluate/metrics-past.ts";
import { aSmallGroup } from "../../support/builders/compiled.ts";

const FROM = epochMs(Date.parse("2026-11-02T00:00:00Z"));
const HOUR = 3_600_000;

const is = (value: number): SignalReading => ({
  kind: "value",
  value,
  observedAt: FROM,
  coverage: ratio(1),
  degraded: null,
});
const ABSENT: SignalReading = { kind: "absent", problem: "empty", detail: "" };

/** Two turns a second, half of them inside the objective; the pool grows after an hour. */
const source = (more: Partial<PastSource> = {}): PastSource => ({
  fleet: ({ key }, { from, to, stepMs }: PastRange) => {
    const count = Math.floor((to - from) / stepMs) + 1;
    return Promise.resolve(
      Array.from({ length: count }, (_, n) => ({
        at: epochMs(from + n * stepMs),
        seen: {
          key,
          signals: {
            arrivals: is(2),
            promptTokens: is(2_000),
            generatedTokens: is(200),
            servedTurns: is(2),
            ttftP50: is(1),
            itlP50: ABSENT,
          },
          objectives: [{ name: "ttft", share: is(0.5) }],
        },
      })),
    );
  },
  racks: (_, { from }) =>
    Promise.resolve([
      { at: epochMs(from + 60_000), racks: 2 },
      { at: epochMs(from + HOUR), racks: 5 },
    ]),
  promptBuckets: () => Promise.resolve([{ upTo: null, turns: 7 }]),
  ...more,
});

const pastOf = (more: Partial<PastSource> = {}, racks: Readonly<Record<string, number>> = {}) =>
  metricsPast({
    source: source(more),
    groupAt: () => aSmallGroup(),
    from: FROM,
    to: epochMs(FROM + 2 * HOUR - 60_000),
    blockMs: millis(HOUR),
    racks,
  });

describe("the past out of metrics", () => {
  it("is cut into blocks with their demand, their racks and how they were served", async () => {
    const blocks = await pastOf();
    expect(blocks.map(({ from }) => from - FROM)).toEqual([0, HOUR]);
    expect(blocks.map(({ startRacks }) => startRacks)).toEqual([
      { "gb200-east": 2 },
      { "gb200-east": 5 },
    ]);
    const [first] = blocks;
    expect(first?.demand).toEqual([
      expect.objectContaining({
        fleet: "agents/coder",
        promptTokensPerTurn: 1_000,
        outputTokensPerTurn: 100,
        turnSeconds: 1,
        promptBuckets: [{ upTo: null, turns: 7 }],
      }),
    ]);
    expect(first?.demand[0]?.minutes).toHaveLength(60);
    expect(first?.recorded.fleets).toEqual([
      expect.objectContaining({ turns: 2 * 59 * 60, objectives: [{ name: "ttft", share: 0.5 }] }),
    ]);
  });

  it("takes the racks that it is told where none are recorded", async () => {
    const blocks = await pastOf({ racks: () => Promise.resolve([]) }, { "gb200-east": 4 });
    expect(blocks.map(({ startRacks }) => startRacks["gb200-east"])).toEqual([4, 4]);
  });

  it("says which pool's racks nobody knows", async () => {
    await expect(pastOf({ racks: () => Promise.resolve([]) })).rejects.toThrow(
      "found no breakwater_pool_desired_racks of pool gb200-east in that time, expected it, or " +
        "--racks gb200-east=N with the racks there were",
    );
  });

  it("has no block where nothing was recorded", async () => {
    expect(await pastOf({ fleet: () => Promise.resolve([]) })).toEqual([]);
  });
});
