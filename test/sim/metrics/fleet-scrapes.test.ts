import { describe, expect, it } from "vitest";
import { MINUTE_MS, epochMs } from "../../../src/core/units.ts";
import { FleetScrapes } from "../../../src/sim/metrics/fleet-scrapes.ts";
import { STALE } from "../../../src/sim/metrics/sample-log.ts";
import type { ScrapeTarget } from "../../../src/sim/scrape-targets.ts";
import { VLLM_BUCKETS_SECONDS } from "../../../src/core/profiles/vllm.ts";
import { aFleet } from "../../adapters/prometheus/a-fleet.ts";
import { aSyntheticEngine } from "../../support/scrapes/synthetic-engines.ts";

const BOUNDS = { ttft: VLLM_BUCKETS_SECONDS.TTFT, itl: VLLM_BUCKETS_SECONDS.ITL };
const RETENTION = { keptMs: 180 * MINUTE_MS, recentMs: 10 * MINUTE_MS, goneMs: 60 * MINUTE_MS };
const FLEET = aFleet({ edge: "llm-d-epp" });

const up = (pod: string, instance = `${pod}:1`) => aSyntheticEngine(pod, { instance }).target();
const down = (pod: string): ScrapeTarget => ({ ...up(pod), up: false, metrics: null });

/** A minute a step: at each, the targets in discovery. @returns whether series came or went */
function scraped(steps: readonly (readonly ScrapeTarget[])[], tries: (step: number) => number) {
  const scrapes = new FleetScrapes(FLEET, BOUNDS, RETENTION);
  const changes = steps.map((targets, step) =>
    scrapes.scrape({
      fleet: FLEET,
      at: epochMs(step * MINUTE_MS),
      targets,
      gateway: { tries: tries(step), waiting: 0 },
    }),
  );
  return { scrapes, changes };
}

/** Per row: + for a sample, x for a stale marker, . for nothing. */
function marks({ scrapes }: ReturnType<typeof scraped>, name: string, instance: string): string {
  const all = [...scrapes.live, ...scrapes.retired].flatMap(({ series }) => series);
  const one = all.find(({ labels }) => labels["__name__"] === name && labels.instance === instance);
  if (one === undefined) return "none";
  const rows = Array.from({ length: scrapes.axis.endRow() }, (_, row) =>
    one.log.value(row, one.column),
  );
  return rows.map((value) => (value === STALE ? "x" : value > STALE ? "+" : ".")).join("");
}

const RUNNING = "vllm:num_requests_running";

describe("a target", () => {
  it("that cannot be scraped ends its series at once, and `up` says 0", () => {
    const of = scraped([[up("a")], [down("a")], [up("a")]], () => 0);
    expect(marks(of, RUNNING, "a:1")).toBe("+x+");
    expect(marks(of, "up", "a:1")).toBe("+++");
  });

  it("that leaves discovery ends when two scrapes have missed it", () => {
    const of = scraped([[up("a")], [up("a")], [], [], []], () => 0);
    expect(marks(of, RUNNING, "a:1")).toBe("++.x.");
    expect(marks(of, "up", "a:1")).toBe("++.x.");
  });

  it("that is back after one missed scrape was never gone", () => {
    expect(
      marks(
        scraped([[up("a")], [], [up("a")]], () => 0),
        RUNNING,
        "a:1",
      ),
    ).toBe("+.+");
  });

  it("at another address is another target", () => {
    const of = scraped([[up("a")], [up("a", "moved:1")], [up("a", "moved:1")]], () => 0);
    expect(marks(of, RUNNING, "a:1")).toBe("+x.");
    expect(marks(of, RUNNING, "moved:1")).toBe(".++");
  });

  it("under an old name is a new target once the old one is gone", () => {
    const of = scraped([[up("a")], [], [], [up("a")], [up("a")]], () => 0);
    expect(of.changes).toEqual([true, false, false, true, false]);
  });
});

describe("the gateway", () => {
  it("is up from the first scrape, and counts from the first request", () => {
    const of = scraped([[], [], []], (step) => step * 5);
    expect(marks(of, "up", "coder-epp.agents:9090")).toBe("+++");
    expect(marks(of, "llm_d_epp_request_total", "coder-epp.agents:9090")).toBe("x++");
  });
});

describe("targets that are gone", () => {
  const hours = (count: number): readonly (readonly ScrapeTarget[])[] =>
    Array.from({ length: count * 60 }, (_, minute) => (minute < 3 ? [up("a")] : []));

  it("leave the queries of a tick after an hour, and history with their last sample", () => {
    const early = scraped(hours(1), () => 1).scrapes;
    expect([early.live.size, early.retired.size]).toEqual([2, 0]);
    const late = scraped(hours(2), () => 1).scrapes;
    expect([late.live.size, late.retired.size]).toEqual([1, 1]);
    const gone = scraped(hours(9), () => 1).scrapes;
    expect([gone.live.size, gone.retired.size]).toEqual([1, 0]);
    expect(gone.axis.endRow() - gone.axis.firstRow()).toBeLessThan(180 + 2 * 16);
  });

  it("change what there is when they do", () => {
    const changed = scraped(hours(2), () => 1).changes.flatMap((is, i) => (is ? [i] : []));
    expect(changed).toEqual([0, 63]);
  });
});

describe("what is kept", () => {
  it("is demand for long and all else for the windows of a tick", () => {
    const steady = Array.from({ length: 170 }, () => [up("a")]);
    const of = scraped(steady, () => 1);
    expect(marks(of, RUNNING, "a:1")).toBe("+".repeat(170));
    const usage = marks(of, "vllm:kv_cache_usage_perc", "a:1");
    expect(usage).toMatch(/^\.+\++$/);
    // Ten minutes, and up to a chunk of sixteen rows more, dropped when the next one is over.
    const kept = usage.lastIndexOf("+") - usage.indexOf("+");
    expect(kept).toBeGreaterThanOrEqual(10);
    expect(kept).toBeLessThan(10 + 2 * 16);
  });
});
