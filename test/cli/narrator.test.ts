import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { narrator } from "../../src/cli/narrator.ts";
import { reason } from "../../src/core/reasons.ts";
import { MINUTE_MS, SECOND_MS, after, millis, ratio } from "../../src/core/units.ts";
import type { Telemetry, TickReport } from "../../src/ports/telemetry.ts";
import { anIntent, ABSENT, reads, signalsAt, START } from "../support/reports/observed.ts";
import { aReport, fleetDecided } from "../support/reports/report.ts";
import type { ReportSpec } from "../support/reports/report.ts";

/** What a terminal shows of these reports, without its colours. */
function told(...reports: readonly ((to: Telemetry) => void)[]): readonly string[] {
  const lines: string[] = [];
  const teller = narrator((line) => lines.push(stripVTControlCharacters(line)));
  for (const report of reports) report(teller);
  return lines;
}

/** A tick so many seconds after 18:00. */
const tick =
  (seconds: number, spec: ReportSpec = {}, changes: Partial<TickReport> = {}) =>
  (to: Telemetry): void => {
    const now = after(START, millis(seconds * SECOND_MS));
    to.tick({ ...aReport({ now, ...spec }), ...changes });
  };
const CALM =
  "18:00:00  agents/coder  12.0 turns/s  0 waiting  ttft-short 99.5 %  itl 99.5 %  hit 90 %  " +
  "racks 5 serving, 5 held, 5 wanted  The racks held are the racks wanted.";

describe("while nothing happens", () => {
  it("a line says what is seen, held and wanted, and why", () => {
    expect(told(tick(0))).toEqual([CALM]);
  });

  it("there is one every five minutes of the world's time", () => {
    const every15s = Array.from({ length: 41 }, (_, n) => tick(n * 15));
    expect(told(...every15s).map((line) => line.slice(0, 8))).toEqual([
      "18:00:00",
      "18:05:00",
      "18:10:00",
    ]);
  });

  it("what cannot be read is said to be so, not shown as zero", () => {
    const objectives = [
      { name: "ttft-short", share: ABSENT },
      { name: "itl", share: reads(Number.NaN, START) },
    ];
    const signals = { ...signalsAt(START), arrivals: ABSENT, waitingTurns: ABSENT };
    const seen = { "agents/coder": { signals, objectives } };
    const blind = fleetDecided({ cache: { ...fleetDecided().cache, hitRate: null } });
    expect(told(tick(0, { seen, decided: [blind] }))).toEqual([
      CALM.replace("12.0 turns/s", "? turns/s")
        .replace("0 waiting", "? waiting")
        .replaceAll("99.5 %", "n/a")
        .replace("hit 90 %", "hit n/a"),
    ]);
  });

  it("a source that has no rates yet is waited for, not called a fault", () => {
    const empty = { kind: "absent", problem: "empty", detail: "no sample in the window" } as const;
    const seen = { "agents/coder": { signals: { ...signalsAt(START), arrivals: empty } } };
    const first = fleetDecided({ forecast: null });
    expect(told(tick(0, { seen, decided: [first] }))[0]).toContain("waiting for the first samples");
  });

  it("a fleet that was not observed is said to be so", () => {
    const stranger = fleetDecided({ fleet: "agents/other" });
    expect(told(tick(0, { decided: [stranger] }))[0]).toContain("agents/other  not observed");
  });
});

const opened = anIntent("gb200-east-out-1", {
  reason: reason("burst", "29 turns/s, p99 was 19."),
});
const opening = (to: Telemetry): void => {
  const report = aReport({ now: after(START, millis(MINUTE_MS)) });
  const plan = [{ kind: "OpenIntent" as const, intent: opened, reason: opened.reason }];
  to.tick({ ...report, decision: { ...report.decision, plan } });
};
const progress = (state: "Acting" | "Waiting" | "Done", code: "evicting" | "released") => ({
  intent: "gb200-east-in-2",
  fleet: "agents/coder" as const,
  pool: "gb200-east",
  state,
  reason: reason(code, "11 pods left."),
});

describe("what happens is told at once", () => {
  it("a decision opened, from how many racks to how many, and why", () => {
    expect(told(tick(0), opening)).toEqual([
      CALM,
      "18:01:00  gb200-east-out-1 opened: 5 → 7 racks. Demand rose faster than the forecast " +
        "allows for. 29 turns/s, p99 was 19.",
    ]);
  });

  it("each step of a drain, once while it stays the same", () => {
    const acting = { progress: [progress("Acting", "evicting")] };
    expect(told(tick(0, acting), tick(15, acting), tick(30, acting))).toEqual([
      "18:00:00  gb200-east-in-2: Pods are being evicted from the rack. 11 pods left.",
    ]);
  });

  it("not what only waits", () => {
    const waiting = { progress: [progress("Waiting", "evicting")] };
    expect(told(tick(0, waiting), tick(15, waiting))).toEqual([CALM]);
  });

  it.each(["failed", "conflict"] as const)("an action that ended in %s", (outcome) => {
    const action = {
      kind: "SetCount",
      intent: "gb200-east-out-1",
      outcome,
      detail: "409: changed",
    };
    expect(told(tick(0, { actions: [action] }))).toEqual([
      "18:00:00  gb200-east-out-1: 409: changed",
    ]);
  });

  it.each(["applied", "unchanged", "blocked", "fenced"] as const)(
    "not an action that was %s: its step tells",
    (outcome) => {
      const action = { kind: "SetCount", intent: "gb200-east-out-1", outcome, detail: "ok" };
      expect(told(tick(0, { actions: [action] }))).toEqual([CALM]);
    },
  );

  it("a tick that was aborted", () => {
    expect(told((to) => to.tickFailed("gb200-east", "INV-10", "an action has no reason"))).toEqual([
      "gb200-east: INV-10: an action has no reason",
    ]);
  });
});

describe("a share is rounded for people", () => {
  it.each([
    [0.99949, "99.9 %"],
    [0.5, "50.0 %"],
    [1, "100.0 %"],
  ])("%d as %s", (share, text) => {
    const objectives = [{ name: "ttft-short", share: reads(ratio(share), START) }];
    const [line] = told(tick(0, { seen: { "agents/coder": { objectives } } }));
    expect(line).toContain(`ttft-short ${text}`);
  });
});
