import { describe, expect, it } from "vitest";
import { evictionDue } from "../../../src/core/racks/eviction-pace.ts";
import { after, millis } from "../../../src/core/units.ts";
import { NOW, aDrain, aPod } from "../../support/builders/observed.ts";

const drain = aDrain({ createdAt: NOW });
const at = (seconds: number) => after(NOW, millis(1000 * seconds));

/** @returns the instants, seconds since the decision, of the ticks that try */
const tries = (everySeconds: number, untilSeconds: number, pods = [aPod("p", "n")]) =>
  Array.from(
    { length: Math.floor(untilSeconds / everySeconds) },
    (_, n) => n * everySeconds,
  ).filter((seconds) => evictionDue(drain, pods, at(seconds)));

describe("when evictions that a budget refuses are tried again", () => {
  it("is every tick of the first two minutes", () => {
    expect(tries(15, 120)).toHaveLength(8);
  });

  it("is about once a minute after ten", () => {
    const later = tries(15, 3600).filter((seconds) => seconds >= 600);
    expect(later.length).toBeGreaterThanOrEqual(45);
    expect(later.length).toBeLessThanOrEqual(55);
  });

  it.each([15, 20, 30, 60, 90])("is never out of step with ticks of %i s", (everySeconds) => {
    const due = [...tries(everySeconds, 3600), 3600];
    const pauses = due.slice(1).map((seconds, n) => seconds - (due[n] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(8 * everySeconds);
  });

  it("is every tick while a pod ends: the budget gives way", () => {
    const pods = [aPod("p", "n"), aPod("q", "n", { terminating: true })];
    expect(tries(15, 1500, pods)).toHaveLength(100);
  });

  it("counts from when the last unit was taken out of routing", () => {
    const route = { label: "route", ejectedAt: at(3000) };
    expect(tries(15, 3100, [aPod("p", "n", { route })]).filter((s) => s >= 3000)).toHaveLength(6);
  });
});
