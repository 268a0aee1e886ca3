import { describe, expect, it } from "vitest";
import { recall } from "../../src/controller/recall.ts";
import { EMPTY_FLEET_MEMORY } from "../../src/core/memory.ts";
import { HOUR_MS, MINUTE_MS, after, millis } from "../../src/core/units.ts";
import { PortError } from "../../src/ports/errors.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";
import { CODER, NOW } from "../support/builders/observed.ts";
import { aMemory } from "../support/builders/remembered.ts";
import { ModelCluster } from "../support/model/cluster.ts";

const group = aSmallGroup();
const recalled = (cluster: ModelCluster) => recall(cluster.ports(), group, NOW);

const failing = (call: string, error: Error) => ({
  before: (name: string) => {
    if (name === call) throw error;
  },
  after: () => {},
});

describe("memory at start", () => {
  it("is what was saved, with the version to save against", async () => {
    const cluster = new ModelCluster(group);
    cluster.memory = { memory: aMemory(), version: "7" };
    expect(await recalled(cluster)).toEqual({
      memory: aMemory(),
      version: "7",
      savedAt: null,
      sinceKeyframe: 0,
      announced: {},
    });
    expect(cluster.calls).toEqual(["memory.load"]);
  });

  it("else is rebuilt from recorded demand, without wants: so nothing scales in", async () => {
    const cluster = new ModelCluster(group);
    cluster.history = [10, 20, 20].map((turnsPerSecond, n) => ({
      at: after(NOW, millis((n - 3) * MINUTE_MS)),
      turnsPerSecond,
      promptTokensPerSecond: turnsPerSecond * 6_000,
      outputTokensPerSecond: turnsPerSecond * 60,
    }));
    const { memory, version } = await recalled(cluster);
    expect(version).toBeNull();
    expect(memory.fleets[CODER]).toMatchObject({
      demand: { lastAt: after(NOW, millis(-1 * MINUTE_MS)), promptTokensPerTurn: 6_000 },
      wants: [],
      lastTrustedWant: null,
    });
    expect(memory.pools).toEqual({});
  });

  /** What Prometheus answers: at each step the mean of the time since the one before. */
  const busyBy = (turnsAt: (hour: number) => number, stepMinutes: number, minutes: number) =>
    Array.from({ length: Math.floor(minutes / stepMinutes) }, (_, n) => {
      const at = after(NOW, millis(-n * stepMinutes * MINUTE_MS));
      const turnsPerSecond = turnsAt(((at - (stepMinutes / 2) * MINUTE_MS) / HOUR_MS) % 24);
      const promptTokensPerSecond = turnsPerSecond * 6_000;
      return { at, turnsPerSecond, promptTokensPerSecond, outputTokensPerSecond: 60 };
    }).toReversed();

  it("knows the hours of the day again that Prometheus remembers", async () => {
    const cluster = new ModelCluster(group);
    // Nights of 2, days of 20 turns/s, for three days.
    cluster.history = busyBy((hour) => (hour >= 8 && hour < 20 ? 20 : 2), 15, 3 * 24 * 60);
    const { demand } = (await recalled(cluster)).memory.fleets[CODER] ?? EMPTY_FLEET_MEMORY;
    const daily = demand?.learned?.season.daily ?? [];
    expect(daily.filter((known) => known !== null)).toHaveLength(96);
    // Measured from the day's own average, which moves along: less than the whole factor of 10.
    const change = (daily[4 * 8 + 1] ?? 0) - (daily[4 * 8 - 1] ?? 0);
    expect(change).toBeGreaterThan(Math.log(4));
  });

  it("does without them where only the last hours can be read", async () => {
    const cluster = new ModelCluster(group);
    cluster.history = busyBy(() => 10, 1, 60);
    const error = new PortError("timeout", "too many samples");
    let asked = 0;
    cluster.interruption = {
      before: (name) => {
        if (name === "signals.history") asked += 1;
        if (asked === 2) throw error;
      },
      after: () => {},
    };
    const { demand } = (await recalled(cluster)).memory.fleets[CODER] ?? EMPTY_FLEET_MEMORY;
    expect(Math.exp(demand?.level ?? 0)).toBeCloseTo(10);
    expect(cluster.failures).toEqual([
      { what: CODER, code: "timeout", message: "rebuilding memory: too many samples" },
    ]);
  });

  it("else is empty, also of idle minutes", async () => {
    const cluster = new ModelCluster(group);
    expect((await recalled(cluster)).memory.fleets).toEqual({ [CODER]: EMPTY_FLEET_MEMORY });
    const none = { turnsPerSecond: 0, promptTokensPerSecond: 0, outputTokensPerSecond: 0 };
    cluster.history = [{ at: NOW, ...none }];
    const { demand } = (await recalled(cluster)).memory.fleets[CODER] ?? EMPTY_FLEET_MEMORY;
    expect(demand?.promptTokensPerTurn).toBe(0);
  });

  it("is empty, and that is told, when nothing recorded can be read", async () => {
    const cluster = new ModelCluster(group);
    cluster.interruption = failing("signals.history", new PortError("timeout", "no answer"));
    expect((await recalled(cluster)).memory.fleets).toEqual({ [CODER]: EMPTY_FLEET_MEMORY });
    expect(cluster.failures).toEqual([
      { what: CODER, code: "timeout", message: "rebuilding memory: no answer" },
    ]);
  });

  it("is waited for when the memory store does not answer: forgetting is worse", async () => {
    const cluster = new ModelCluster(group);
    cluster.interruption = failing("memory.load", new PortError("unreachable", "refused"));
    await expect(recalled(cluster)).rejects.toThrow("refused");
  });

  it("does not swallow a bug of an adapter", async () => {
    const cluster = new ModelCluster(group);
    cluster.interruption = failing("signals.history", new TypeError("bug"));
    await expect(recalled(cluster)).rejects.toThrow(TypeError);
  });
});
