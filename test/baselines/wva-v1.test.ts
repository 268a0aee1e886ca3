/** Worked out by hand: to spare 0.8 - KV usage and 5 - queue, on the mean; 0.1 and 3 is enough. */
import { describe, expect, it } from "vitest";
import { wvaV1 } from "../../src/baselines/wva-v1.ts";
import type { PolicySlice, RoleReplicas } from "../../src/core/policy/policy.ts";
import { SECOND_MS, after, millis, ratio } from "../../src/core/units.ts";
import { NOW, aFleetObservation } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED, aView } from "../support/builders/peer.ts";

interface Seen {
  /** KV usage and queue of each replica. */
  readonly engines: readonly (readonly [number, number])[];
  readonly replicas?: Partial<RoleReplicas>;
}

const alike = (count: number, kvUsage: number, waiting = 0): Seen["engines"] =>
  Array.from({ length: count }, () => [kvUsage, waiting] as const);

/** One look every 15 s. */
function run(seen: readonly Seen[]): readonly (number | undefined)[] {
  let memory: PolicySlice = NOTHING_REMEMBERED;
  return seen.map(({ engines, replicas = {} }, index) => {
    const now = after(NOW, millis(index * 15 * SECOND_MS));
    const readings = engines.map(([kvUsage, waitingTurns], n) => ({
      pod: `pod-${n}`,
      role: "Aggregated" as const,
      waitingTurns,
      kvUsage: ratio(kvUsage),
      kvTokens: 10_000,
    }));
    const observed = aFleetObservation({ engines: readings });
    const answer = wvaV1(0.8).want(aView({ now, observed }, replicas), memory);
    memory = answer.memory;
    return answer.replicas.Aggregated;
  });
}

const wanted = (engines: Seen["engines"], replicas: Partial<RoleReplicas> = {}) =>
  run([{ engines, replicas }])[0];

describe("wva-v1", () => {
  it.each<[string, Seen["engines"], number]>([
    // 0.8 - 0.75 = 0.05 < 0.1.
    ["little KV to spare: one more", alike(16, 0.75), 17],
    // 5 - 2.5 = 2.5 < 3: the queue is a mean, though no replica's is half a turn.
    ["little queue to spare: one more", [...alike(8, 0.1, 2), ...alike(8, 0.1, 3)], 17],
    // 0.8 - 0.65 = 0.15; with one fewer 0.65 x 16 / 15 = 0.693, 0.107: that would do as well.
    ["enough to spare", alike(16, 0.65), 16],
    ["every one saturated: the spares are 0, one more", alike(16, 0.9), 17],
    ["saturated ones left out: the other fifteen have enough", [...alike(15, 0.5), [0.9, 0]], 16],
    ["five turns waiting is saturated too", [...alike(15, 0.5), [0.1, 5]], 16],
    ["no metrics: nothing", [], 16],
  ])("%s", (_, engines, replicas) => {
    expect(wanted(engines)).toBe(replicas);
  });

  it("does nothing while a replica is on its way: a rack each lead time", () => {
    expect(wanted(alike(8, 0.79), { ready: 8 })).toBe(16);
  });

  it("goes by the maxima of the last minute", () => {
    const [peak, quiet] = [{ engines: alike(16, 0.75) }, { engines: alike(16, 0.7) }];
    // Five looks later the peak is a minute old; 0.8 - 0.7 = 0.1 is enough again.
    expect(run([peak, quiet, quiet, quiet, quiet])).toEqual([17, 17, 17, 17, 16]);
  });

  it("gives one up in five minutes, as far as the rest could carry the load", () => {
    // 0.5 x 16 / 15 = 0.533: 0.267 to spare. The autoscaler below holds it for 300 s.
    const calm = run(Array.from({ length: 42 }, () => ({ engines: alike(16, 0.5) })));
    expect(calm.slice(0, 20).every((count) => count === 16)).toBe(true);
    expect(calm[20]).toBe(15);
    // The next one is wanted from then on: the last 15 was recommended at 300 s.
    expect(calm[39]).toBe(15);
    expect(calm[40]).toBe(14);
  });

  it("keeps one that the others could not replace", () => {
    const two = { filled: 2, present: 2, ready: 2, perRack: 1, min: 1 };
    const after5Minutes = (kvUsage: number) =>
      run(Array.from({ length: 21 }, () => ({ engines: alike(2, kvUsage), replicas: two }))).at(-1);
    // 0.36 x 2 / 1 = 0.72, 0.08 to spare; 0.3 x 2 = 0.6, 0.2 to spare.
    expect(after5Minutes(0.36)).toBe(2);
    expect(after5Minutes(0.3)).toBe(1);
  });

  it("reckons with replicas given up whose rack is filled still", () => {
    // Eight given up of sixteen: (0.4 x 16) / 8 would be 0.8, none to spare; it stops where
    // 0.4 x 16 / left >= 0.7, so at ten: 0.64, and 6.4 / 9 = 0.711 is too much.
    const looks = Array.from({ length: 200 }, () => ({ engines: alike(16, 0.4) }));
    expect(run(looks).at(-1)).toBe(10);
  });
});
