import { describe, expect, it } from "vitest";
import { millis, ratio } from "../../src/core/units.ts";
import type { TurnTally } from "../../src/studies/inside-judge.ts";
import { InsideJudge } from "../../src/studies/inside-judge.ts";
import { MINUTE } from "../support/simulated-world.ts";

const objective = (name: "TTFT" | "ITL") =>
  ({
    name,
    metric: name,
    matchers: {},
    thresholdMs: millis(2_500),
    share: ratio(0.95),
  }) as const;

function aJudge() {
  const counts = { arrived: 0, completed: 0, rejected: 0, abandoned: 0, inFlight: 0 };
  const met = [0, 0];
  const tally = (): TurnTally => ({ counts, met });
  const judge = new InsideJudge([objective("TTFT"), objective("ITL")], tally);
  const turns = (
    completed: number,
    [ttft, itl]: readonly [number, number],
    abandoned = 0,
  ): void => {
    counts.completed += completed;
    counts.abandoned += abandoned;
    met[0] = (met[0] ?? 0) + ttft;
    met[1] = (met[1] ?? 0) + itl;
  };
  return { judge, turns };
}

describe("inside the objectives", () => {
  it("means that enough of the last five minutes' turns met each threshold", () => {
    const { judge, turns } = aJudge();
    expect(judge.insideAt(0)).toBe(true);
    turns(100, [95, 100]);
    expect(judge.insideAt(MINUTE)).toBe(true);
    turns(1, [0, 1]);
    expect(judge.insideAt(2 * MINUTE)).toBe(false);
  });

  it("counts turns that nobody served as missed", () => {
    const { judge, turns } = aJudge();
    judge.insideAt(0);
    turns(94, [94, 94], 6);
    expect(judge.insideAt(MINUTE)).toBe(false);
  });

  it("forgets what is older than five minutes", () => {
    const { judge, turns } = aJudge();
    judge.insideAt(0);
    turns(100, [0, 0]);
    expect(judge.insideAt(MINUTE)).toBe(false);
    turns(100, [100, 100]);
    expect(judge.insideAt(5 * MINUTE)).toBe(false);
    turns(1, [1, 1]);
    expect(judge.insideAt(6 * MINUTE)).toBe(true);
  });
});
