import { describe, expect, it } from "vitest";
import { createView } from "../../../src/adapters/http/view.ts";
import { after, millis, rackCount, usdPerHour } from "../../../src/core/units.ts";
import { statusText } from "../../../src/cli/status/status-text.ts";
import { anIntent, START } from "../../support/reports/observed.ts";
import { aReport } from "../../support/reports/report.ts";
import { surgeTick } from "../../support/reports/surge.ts";

/** What is printed after a tick of a surge: racks asked for, coming, serving. */
function textAt(tick: number): string {
  const view = createView({ everyMs: millis(15_000) });
  view.tick(surgeTick(tick));
  const [fleets, pools, decisions] = [view.fleets(), view.pools(), view.decisions()];
  return statusText({ fleets, pools, decisions });
}

const all = Array.from({ length: 40 }, (_, n) => textAt(n * 10));

describe("status", () => {
  it("shows fleets and pools at every tick", () => {
    for (const text of all) {
      expect(text).toContain("agents/coder");
      expect(text).toContain("gb200-east");
    }
  });

  it("says when it decided, and when it will again", () => {
    for (const text of all) {
      const [, at = "", next = ""] =
        /^Decided at (\S+T\S+Z); it decides again at (\S+Z)\.$/m.exec(text) ?? [];
      expect(Date.parse(`${at.slice(0, 11)}${next}`) - Date.parse(at)).toBe(15_000);
    }
  });

  it.each([
    ["Drop", "is dropped"],
    ["Proceed", "goes ahead"],
  ] as const)(
    "says of a question what a yes brings, and that silence %ss it",
    (onExpiry, silence) => {
      const view = createView();
      const asked = anIntent("gb200-out-3", {
        phase: "Pending",
        fromRacks: rackCount(5),
        toRacksAtMost: rackCount(7),
        maxUsdPerHour: usdPerHour(756),
        requiredApprovals: 2,
        approvals: [{ by: "maria", verdict: "Approve", reason: "" }],
        expiresAt: after(START, millis(12 * 60_000)),
        onExpiry,
      });
      view.tick(aReport({ now: START, intents: [asked] }));
      const [fleets, pools, decisions] = [view.fleets(), view.pools(), view.decisions()];
      const text = statusText({ fleets, pools, decisions });
      expect(text).toContain(`1 of 2 have approved; unanswered it ${silence} at 20`);
      expect(text).toContain("Z, in 12 min. ");
      expect(text).toContain(
        "  From 5 to at most 7 racks; racks above the commitment then cost up to " +
          "$756.00 an hour. " +
          "If done, 100.0 % of turns inside every objective; if not, 99.4 %.\n" +
          "  kubectl breakwater approve gb200-out-3 -n agents --show",
      );
    },
  );

  it("says which racks are on their way", () => {
    const onTheWay = all.filter((text) => /\d (Joining|Starting)/.test(text));
    expect(onTheWay.length).toBeGreaterThan(0);
    for (const text of onTheWay) expect(text).toMatch(/: \d (Joining|Starting)[.;]/);
  });

  it("says nothing of racks on their way while there are none", () => {
    const calm = all.filter((text) => !/(Requested|Provisioning|Joining|Starting)/.test(text));
    expect(calm.length).toBeGreaterThan(0);
    for (const text of calm) expect(text).not.toContain("p95");
  });
});
