import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionStarts, turnsByAge } from "../../../src/studies/evaluate/session-starts.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { generateTemplates } from "../../../src/traces/generators/generate.ts";

/** Half of the turns in the first two minutes, a few of them after half an hour. */
const BY_AGE = [3, 2, ...Array.from({ length: 30 }, () => 0.15), 0.5];

/** Turns of sessions that begin as given, none before them. */
const turnsOf = (starts: readonly number[]): readonly number[] =>
  starts.map((_, minute) =>
    BY_AGE.reduce((sum, count, age) => sum + count * (starts[minute - age] ?? 0), 0),
  );

const total = (counts: readonly number[]): number => counts.reduce((sum, each) => sum + each, 0);

describe("sessions that begin", () => {
  it("at three times the rate are found in the minutes in which they did", () => {
    const truth = Array.from({ length: 240 }, (_, at) => (at >= 100 && at < 160 ? 3 : 1));
    const found = sessionStarts(turnsOf(truth), BY_AGE);
    const mean = (from: number, to: number): number => total(found.slice(from, to)) / (to - from);
    expect(mean(50, 95)).toBeCloseTo(1, 1);
    expect(mean(105, 155)).toBeCloseTo(3, 1);
    expect(mean(165, 230)).toBeCloseTo(1, 1);
  });

  it("in the first minute stand for all that were under way", () => {
    const [first = 0, ...later] = sessionStarts(
      Array.from({ length: 120 }, () => 10),
      BY_AGE,
    );
    expect(first).toBeGreaterThan(2 * Math.max(...later.slice(20)));
    expect(total(turnsOf([first, ...later]).slice(0, 110)) / 110).toBeCloseTo(10, 1);
  });

  it("are never fewer than none, and have as many turns as were recorded", () => {
    const minutes = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), {
      minLength: 40,
      maxLength: 90,
    });
    fc.assert(
      fc.property(minutes, (turns) => {
        const starts = sessionStarts(turns, BY_AGE);
        for (const count of starts) expect(count).toBeGreaterThanOrEqual(0);
        if (total(turns) > 1) {
          const ratio = total(turnsOf(starts)) / total(turns);
          expect(ratio).toBeGreaterThan(0.8);
          expect(ratio).toBeLessThan(1.25);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("the turns of a session by its age", () => {
  const templates = generateTemplates({
    profile: "coding-agent",
    sessions: 40,
    draws: new RandomStream(1, "test"),
  });
  const perSession = templates.rows.inputTokens.length / 40;

  it("are as many as a session has", () => {
    expect(total(turnsByAge(templates, 3))).toBeCloseTo(perSession, 6);
  });

  it("come later where each of them takes longer", () => {
    const meanAge = (counts: readonly number[]): number =>
      total(counts.map((count, age) => count * age)) / total(counts);
    expect(meanAge(turnsByAge(templates, 30))).toBeGreaterThan(meanAge(turnsByAge(templates, 0)));
  });
});
