import { expect, it } from "vitest";
import type { PoolView } from "../../../src/api/pool-view.ts";
import { createView } from "../../../src/adapters/http/view.ts";
import { arrivals } from "../../../src/cli/status/arrivals-text.ts";
import { surgeTick } from "../../support/reports/surge.ts";

function linesOf(changes: Partial<PoolView>): readonly string[] {
  const view = createView();
  view.tick(surgeTick(0));
  const answer = view.pools();
  const pools = answer.pools.map((pool) => ({ ...pool, ...changes }));
  return arrivals({ ...answer, pools }).flatMap((text) => text.split("\n"));
}

const time = (step: "boot" | "join" | "start", p50: number, p95: number, measured = 0) => ({
  step,
  fleet: null,
  p50Seconds: p50,
  p95Seconds: p95,
  p99Seconds: 2 * p95,
  measured,
});

const steps = [time("boot", 1_620, 2_700, 3), time("join", 75, 240), time("start", 300, 600)];

it.each([
  ["nothing on its way", { awaited: [], racksByPhase: { Serving: 4 } }, []],
  [
    "a rack that boots",
    { awaited: [{ phase: "Provisioning" as const, waitedSeconds: 720 }], racksByPhase: {} },
    [
      "gb200-east: a rack is Provisioning for 12 min; boot p50 27 min, p95 45 min (measured 3 " +
        "times), then join p50 75 s, p95 4 min (by the prior), then start p50 5 min, p95 10 min " +
        "(by the prior).",
    ],
  ],
  [
    "racks whose engines start",
    { awaited: [], racksByPhase: { Starting: 2 } },
    ["gb200-east: 2 Starting; start p50 5 min, p95 10 min (by the prior)."],
  ],
])("%s", (_what, changes, lines) => {
  expect(linesOf({ ...changes, steps })).toEqual(lines);
});
