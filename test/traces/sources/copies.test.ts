import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copiesSource } from "../../../src/traces/sources/copies.ts";
import { PlayClock } from "../../../src/traces/sources/play-clock.ts";
import { product, surge } from "../../../src/traces/sources/rate-curve.ts";
import { anonymousTemplate } from "../../../src/traces/templates/anonymous-template.ts";
import type { SessionSource } from "../../../src/traces/turn-templates.ts";

const NS = 1e9;
const start = (seconds: number, inputTokens = 1) => ({
  atNs: seconds * NS,
  template: 0,
  inputTokens,
  outputTokens: 1,
});

function played(source: SessionSource): readonly (readonly [number, number])[] {
  const at = { atNs: -1, template: -1, inputTokens: -1, outputTokens: -1 };
  const found: (readonly [number, number])[] = [];
  while (source.next(at)) found.push([at.atNs / NS, at.inputTokens]);
  return found;
}

const copies = (seconds: readonly number[], count: number) =>
  played(
    copiesSource(
      anonymousTemplate(64),
      seconds.map((s, i) => start(s, i + 1)),
      count,
    ),
  );

describe("copies of a recording", () => {
  it("one copy is the recording", () => {
    expect(copies([0, 1, 5], 1)).toEqual([
      [0, 1],
      [1, 2],
      [5, 3],
    ]);
  });

  it("several begin evenly over three seconds, in the order of time", () => {
    expect(copies([0, 1.5, 5], 3)).toEqual([
      [0, 1],
      [1, 1],
      [1.5, 2],
      [2, 1],
      [2.5, 2],
      [3.5, 2],
      [5, 3],
      [6, 3],
      [7, 3],
    ]);
  });

  it("of nothing are nothing", () => {
    expect(copies([], 4)).toEqual([]);
  });

  it("are always each start once a copy, sorted, equals in the order of the copies", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 9 }), (list, count) => {
        let at = 0;
        const seconds = list.map((gap) => (at += gap));
        const offsets = Array.from({ length: count }, (_, i) => Math.floor((i * 3e9) / count));
        const expected = seconds
          .flatMap((second, i) =>
            offsets.map((offset) => [(second * NS + offset) / NS, i + 1] as const),
          )
          .toSorted((a, b) => a[0] - b[0]);
        const found = copies(seconds, count);
        expect(found.map(([second]) => second)).toEqual(expected.map(([second]) => second));
        expect(found.map(String).toSorted()).toEqual(expected.map(String).toSorted());
      }),
    );
  });

  it("read the recording as they go: no further than the first copy is", () => {
    let read = 0;
    function* endless() {
      for (;;) yield start((read += 1));
    }
    const source = copiesSource(anonymousTemplate(64), endless(), 50);
    const at = { atNs: 0, template: 0 };
    for (let i = 0; i < 100_000; i += 1) source.next(at);
    expect(read).toBeLessThan(100_000 / 50 + 10);
  });
});

describe("a recording played at another speed", () => {
  const shared = { rampNs: 0, holdNs: 20 * NS };

  it("is four times as fast during a surge of factor four, and itself before and after", () => {
    const clock = new PlayClock(surge({ atNs: 10 * NS, factor: 4, ...shared }));
    const at = [0, 5, 10, 50, 89, 100].map((s) => clock.playedAt(s * NS) / NS);
    expect(at[0]).toBe(0);
    expect(at[1]).toBeCloseTo(5, 6);
    // Steps are taken as linear over one second, so an edge is off by half of one.
    for (const [index, seconds] of [10, 20, 29.75, 40].entries()) {
      expect(Math.abs((at[index + 2] ?? 0) - seconds)).toBeLessThan(0.6);
    }
  });

  it("follows ramps to the millisecond", () => {
    const ramp = surge({ atNs: 0, factor: 3, rampNs: 100 * NS, holdNs: 0 });
    const clock = new PlayClock(ramp);
    // The integral of 1 + 2t/100 from 0 to t is t + t²/100.
    for (const t of [0, 10, 33.3, 77.7, 100]) {
      expect(clock.playedAt((t + (t * t) / 100) * NS) / NS).toBeCloseTo(t, 3);
    }
  });

  it("is itself without a curve, and never goes back with one", () => {
    const flat = new PlayClock(product([]));
    expect([0, 1, 2.5, 1_000].map((s) => flat.playedAt(s * NS))).toEqual([0, 1e9, 2.5e9, 1e12]);
    const factor = fc.double({ min: 0.1, max: 20, noNaN: true });
    fc.assert(
      fc.property(factor, fc.array(fc.nat(30), { maxLength: 30 }), (peak, gaps) => {
        const clock = new PlayClock(
          surge({ atNs: 20 * NS, factor: peak, rampNs: 9 * NS, holdNs: NS }),
        );
        let recorded = 0;
        let last = 0;
        for (const gap of gaps) {
          const at = clock.playedAt((recorded += gap) * NS);
          expect(at).toBeGreaterThanOrEqual(last);
          last = at;
        }
      }),
    );
  });
});
