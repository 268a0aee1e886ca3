import { describe, expect, it } from "vitest";
import type { EpochMs } from "../../../src/core/units.ts";
import { after, epochMs, millis } from "../../../src/core/units.ts";
import { withEngines, withTails } from "../../../src/sim/metrics/engine-source.ts";
import { createMetricsStore } from "../../../src/sim/metrics/metrics-store.ts";
import { simulatedSignalSource } from "../../../src/sim/metrics/signal-source.ts";
import { aFleet } from "../../adapters/prometheus/a-fleet.ts";
import { draws } from "../../support/draws.ts";
import { aSyntheticEngine } from "../../support/scrapes/synthetic-engines.ts";

const START = epochMs(1_800_000_000_000);
const at = (ms: number): EpochMs => after(START, millis(ms));

/** Two engines, scraped every 15 s for five minutes; the second is down from 150 s on. */
function aSource(outFrom = Number.POSITIVE_INFINITY) {
  const store = createMetricsStore({ lagMs: 2_000 });
  const engines = [aSyntheticEngine("serve-0"), aSyntheticEngine("serve-1")];
  const { uniform } = draws(5);
  for (let scrape = 0; scrape < 20; scrape += 1) {
    for (const [n, engine] of engines.entries()) {
      engine.up = n === 0 || scrape < 10;
      engine.serve(uniform, 1);
    }
    const targets = engines.map((engine) => engine.target());
    store.scrape({
      fleet: aFleet(),
      at: at(scrape * 15_000),
      targets,
      gateway: { tries: 0, waiting: 0 },
    });
  }
  const metrics = { store, isOut: (now: EpochMs) => now >= outFrom };
  return {
    plain: simulatedSignalSource(metrics),
    full: withEngines(simulatedSignalSource(metrics), metrics),
    tailed: withTails(simulatedSignalSource(metrics), metrics),
  };
}

describe("a source that shows each engine", () => {
  it("agrees with the sums that the plain one shows", async () => {
    const { plain, full } = aSource();
    const { signals } = await plain.read(aFleet(), at(100_000));
    const snapshot = await full.read(aFleet(), at(100_000));
    const engines = snapshot.engines ?? [];
    const sum = (of: (engine: (typeof engines)[number]) => number): number =>
      engines.reduce((total, engine) => total + of(engine), 0);
    expect(engines.map(({ pod }) => pod)).toEqual(["serve-0", "serve-1"]);
    expect(signals.waitingTurns).toMatchObject({ value: sum(({ waitingTurns }) => waitingTurns) });
    expect(signals.kvCapacity).toMatchObject({ value: sum(({ kvTokens }) => kvTokens) });
    expect(snapshot.signals).toEqual(signals);
  });

  it("shows an engine as of its last scrape, lag included, and none that is down", async () => {
    const { full } = aSource();
    const podsAt = async (ms: number) =>
      (await full.read(aFleet(), at(ms))).engines?.map(({ pod }) => pod);
    expect(await podsAt(151_999)).toEqual(["serve-0", "serve-1"]);
    expect(await podsAt(152_000)).toEqual(["serve-0"]);
  });

  it("shows none while it is out", async () => {
    expect((await aSource(0).full.read(aFleet(), at(100_000))).engines).toEqual([]);
  });

  it("leaves recorded demand as it is", async () => {
    const { plain, full } = aSource();
    const range = { at: at(280_000), windowMs: millis(120_000), stepMs: millis(60_000) };
    expect(await full.history(aFleet(), range)).toEqual(await plain.history(aFleet(), range));
  });
});

describe("a source that shows the tails", () => {
  it("shows them between the quantiles that the plain one shows", async () => {
    const { plain, tailed } = aSource();
    const { signals } = await plain.read(aFleet(), at(100_000));
    const { tails } = await tailed.read(aFleet(), at(100_000));
    const valueOf = (name: "ttftP50" | "ttftP95" | "itlP50" | "itlP95"): number => {
      const reading = signals[name];
      return reading.kind === "value" ? reading.value : Number.NaN;
    };
    expect(tails?.ttftP90S).toBeGreaterThanOrEqual(valueOf("ttftP50"));
    expect(tails?.ttftP90S).toBeLessThanOrEqual(valueOf("ttftP95"));
    expect(tails?.itlP90S).toBeGreaterThanOrEqual(valueOf("itlP50"));
    expect(tails?.itlP90S).toBeLessThanOrEqual(valueOf("itlP95"));
  });

  it("shows none while it is out", async () => {
    const { tails } = await aSource(0).tailed.read(aFleet(), at(100_000));
    expect(tails).toEqual({ ttftP90S: null, itlP90S: null });
  });
});
