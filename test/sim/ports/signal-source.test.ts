import { describe, expect, it } from "vitest";
import type { SignalReading } from "../../../src/core/observation.ts";
import type { SignalName } from "../../../src/core/signals/names.ts";
import { after, millis, ratio } from "../../../src/core/units.ts";
import { simulatedSignalSource } from "../../../src/sim/ports/signal-source.ts";
import type { World } from "../../../src/sim/world.ts";
import {
  MINUTE,
  START,
  aWorld,
  fleetOf,
  minutes,
  onlyFleet,
  onlyPool,
} from "../../support/simulated-world.ts";

async function valuesOf(world: World, fleet = fleetOf(world)) {
  const { signals, objectives } = await simulatedSignalSource(world).read(fleet, world.now());
  const of = (name: SignalName): number => numberOf(signals[name]);
  return { signals, of, objectives };
}

const numberOf = (reading: SignalReading): number =>
  reading.kind === "value" ? reading.value : Number.NaN;

describe("the signals of a healthy fleet", () => {
  it("agree with what truly happens", async () => {
    const world = aWorld({
      load: { noiseSigma: 0, wave: { amplitude: 0, periodMs: millis(1e9) } },
    });
    world.advanceTo(minutes(20));
    const { of, objectives } = await valuesOf(world);
    expect(of("arrivals") / 20).toBeCloseTo(1, 0);
    expect(of("promptTokens") / of("arrivals") / 16_500).toBeCloseTo(1, 0);
    const hitRate = 1 - of("computedPromptTokens") / of("promptTokens");
    expect(hitRate).toBeCloseTo(onlyFleet(world).service.hitRate(), 1);
    expect(of("waitingTurns")).toBe(0);
    expect(of("kvCapacity")).toBe(4 * 64 * 100_000);
    expect(of("kvUsage")).toBeLessThan(0.1);
    expect(of("ttftP50")).toBeLessThan(of("ttftP95"));
    expect(of("ttftP95")).toBeLessThan(2.5);
    expect(of("itlP95")).toBeLessThan(0.05);
    expect(objectives.map(({ name, share }) => [name, numberOf(share) > 0.95])).toEqual([
      ["ttft", true],
      ["itl", true],
    ]);
  });

  it("are as old as the newest scrape that has arrived", async () => {
    const world = aWorld();
    world.advanceTo(after(START, millis(91_000)));
    const { signals } = await valuesOf(world);
    // Scraped at 90 s, visible 2 s later: the one of 75 s still stands.
    expect(signals.waitingTurns).toMatchObject({ observedAt: after(START, millis(75_000)) });
    world.advanceTo(after(START, millis(92_000)));
    expect((await valuesOf(world)).signals.waitingTurns).toMatchObject({
      observedAt: after(START, millis(90_000)),
      coverage: 1,
      degraded: null,
    });
  });
});

describe("signals that cannot be read", () => {
  it("are empty before the first scrapes, rates before the second", async () => {
    const world = aWorld();
    expect((await valuesOf(world)).signals.waitingTurns).toMatchObject({ problem: "empty" });
    world.advanceTo(after(START, millis(5_000)));
    const { signals } = await valuesOf(world);
    expect(signals.waitingTurns.kind).toBe("value");
    expect(signals.arrivals).toMatchObject({ kind: "absent", problem: "empty" });
  });

  it("are absent during an outage, all of them, and history fails", async () => {
    const outage = { kind: "metrics-outage", afterMs: millis(0), forMs: millis(MINUTE) } as const;
    const world = aWorld({ faults: [outage] });
    const { signals, objectives } = await valuesOf(world);
    const readings = [...Object.values(signals), ...objectives.map(({ share }) => share)];
    expect(
      new Set(readings.map((reading) => reading.kind === "absent" && reading.problem)),
    ).toEqual(new Set(["unreachable"]));
    const range = { at: world.now(), windowMs: millis(MINUTE), stepMs: millis(MINUTE) };
    await expect(simulatedSignalSource(world).history(fleetOf(world), range)).rejects.toMatchObject(
      { code: "unreachable" },
    );
  });

  it("are empty for a fleet nobody scrapes, and a threshold that is no bucket bound", async () => {
    const world = aWorld();
    world.advanceTo(minutes(5));
    const fleet = fleetOf(world);
    const stranger = { ...fleet, key: "agents/nobody" as const };
    expect((await valuesOf(world, stranger)).signals.arrivals).toMatchObject({ problem: "empty" });
    const [objective] = fleet.objectives;
    if (objective === undefined) throw new Error("no objective");
    const odd = { ...fleet, objectives: [{ ...objective, thresholdMs: millis(2_600) }] };
    const { objectives } = await valuesOf(world, odd);
    expect(objectives[0]?.share).toMatchObject({ kind: "absent", problem: "empty" });
  });

  it("lose coverage while engines are dead and nobody has noticed", async () => {
    const world = aWorld();
    world.advanceTo(minutes(1));
    onlyPool(world).loseNodes(8, 10 * MINUTE);
    world.advanceTo(after(world.now(), millis(20_000)));
    expect((await valuesOf(world)).signals.waitingTurns).toMatchObject({
      coverage: ratio(28 / 32),
    });
  });
});

describe("arrivals", () => {
  /** Four racks' worth of traffic on one rack: it is far too much. */
  const overloaded = () => aWorld({ startRacks: 1 });

  it("are what the gateway counts where there is one", async () => {
    const world = overloaded();
    world.advanceTo(minutes(3));
    const before = onlyFleet(world).service.counts();
    world.advanceTo(minutes(4));
    const { offered, unsent } = onlyFleet(world).service.counts();
    const sentPerSecond = (offered - unsent - before.offered + before.unsent) / 60;
    expect((await valuesOf(world)).of("arrivals") / sentPerSecond).toBeCloseTo(1, 0);
  });

  it("without one are first tokens plus queue growth, blind to who gives up", async () => {
    const world = overloaded();
    const fleet = { ...fleetOf(world), signals: { ...fleetOf(world).signals, edge: null } };
    world.advanceTo(after(START, millis(62_000)));
    const early = await valuesOf(world, fleet);
    const withGateway = await valuesOf(world);
    expect(early.of("arrivals") / withGateway.of("arrivals")).toBeCloseTo(1, 0);
    world.advanceTo(minutes(20));
    const late = await valuesOf(world, fleet);
    expect(late.of("arrivals")).toBeLessThan((await valuesOf(world)).of("arrivals"));
  });
});

describe("recorded demand", () => {
  it("is one sample a step, oldest first, without what was before the start", async () => {
    const world = aWorld();
    world.advanceTo(minutes(30));
    const range = { at: world.now(), windowMs: millis(60 * MINUTE), stepMs: millis(MINUTE) };
    const samples = await simulatedSignalSource(world).history(fleetOf(world), range);
    expect(samples.length).toBeGreaterThanOrEqual(29);
    expect(samples.length).toBeLessThanOrEqual(30);
    expect(samples.at(-1)?.at).toBe(world.now());
    expect(samples.map(({ at }) => at)).toEqual(
      samples.map(({ at }) => at).toSorted((a, b) => a - b),
    );
    for (const { turnsPerSecond, promptTokensPerSecond, outputTokensPerSecond } of samples) {
      expect(turnsPerSecond).toBeGreaterThan(10);
      expect(promptTokensPerSecond / turnsPerSecond).toBeGreaterThan(8_000);
      expect(outputTokensPerSecond / turnsPerSecond).toBeGreaterThan(100);
    }
  });
});
