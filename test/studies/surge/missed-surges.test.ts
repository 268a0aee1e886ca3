import { describe, expect, it } from "vitest";
import { epochMs, ratio } from "../../../src/core/units.ts";
import { MissedSurges } from "../../../src/studies/surge/missed-surges.ts";
import { decodeRecord } from "../../../src/studies/decode-record.ts";
import { aDecisionLog } from "../../support/decision-log.ts";

const FROM = Date.parse("2026-11-02T00:00:00Z");
const MINUTE = 60_000;
const [line = ""] = aDecisionLog({ ticks: 1 });
const RECORD = decodeRecord(line, 1);
const [FLEET] = RECORD.observation.fleets;

/** Shares minute by minute, by the minute from which they hold; a decision is open at minute 70. */
function surgesOf(id: string, shares: Readonly<Record<number, number>>, minutes = 600) {
  if (FLEET === undefined) throw new Error("the log has a fleet");
  const surges = new MissedSurges(id);
  let share = 0.99;
  for (let minute = 0; minute < minutes; minute += 1) {
    share = shares[minute] ?? share;
    const now = epochMs(FROM + minute * MINUTE);
    const value = { value: share, observedAt: now, coverage: ratio(1), degraded: null };
    const objectives = [{ name: "ttft", share: { kind: "value" as const, ...value } }];
    surges.add({
      index: 1_000 + minute,
      policy: RECORD.policy,
      observation: {
        now,
        fleets: [{ ...FLEET, objectives }],
        intents: minute >= 70 && minute < 80 ? [{ name: "gb200-out-3" }] : [],
      },
      decision: { plan: [] },
    });
  }
  return surges;
}

/** Missed from minute 60 to 119, with eight good minutes in between, and from 400 to 409. */
const TWICE = { 60: 0.8, 80: 0.97, 88: 0.7, 120: 0.99, 400: 0.9, 410: 0.99 };
const at = (minute: number): string => new Date(FROM + minute * MINUTE).toISOString();

describe("a missed surge", () => {
  it.each([
    ["the last of them", "latest", 400],
    ["the name of a decision", "gb200-out-3", 60],
    ["the number of a record in it", "1065", 60],
    ["the number of a record just before it", "1390", 400],
    ["an instant in it", at(100), 60],
    ["its beginning, as the list of them prints it", at(400), 400],
    ["an instant after it", at(160), 60],
  ])("is meant by %s", (_, id, minute) => {
    expect(surgesOf(id, TWICE).found().from).toBe(FROM + minute * MINUTE);
  });

  it("lasts over short recoveries, and says what was missed and how badly", () => {
    expect(surgesOf(at(60), TWICE).found()).toEqual({
      from: FROM + 60 * MINUTE,
      until: FROM + 119 * MINUTE,
      missed: ["agents/coder ttft"],
      worstShare: 0.7,
    });
  });

  it.each([
    ["an instant far from every one", at(250)],
    ["a decision that there is not", "gb200-out-9"],
    ["nothing anybody would call one", "x"],
  ])("is not meant by %s: those that there are are listed", (_, id) => {
    const message = `expected one at most an hour from a missed surge: ${at(60)}, ${at(400)}`;
    expect(() => surgesOf(id, TWICE).found()).toThrow(message);
  });

  it("is not in a log in which no objective was missed", () => {
    expect(() => surgesOf("latest", {}).found()).toThrow("no objective was missed in it");
  });
});
