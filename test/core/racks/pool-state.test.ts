import { describe, expect, it } from "vitest";
import type { CompiledPool } from "../../../src/core/compiled.ts";
import type { PoolMemory } from "../../../src/core/memory.ts";
import type { FleetObservation, Intent, PoolObservation } from "../../../src/core/observation.ts";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import { poolState } from "../../../src/core/racks/pool-state.ts";
import { HOUR_MS, after, millis, rackCount, ratio } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import {
  NOW,
  aDrain,
  aFleetObservation,
  aPoolObservation,
  anIntent,
  someRacks,
} from "../../support/builders/observed.ts";
import { aSetCount, aSetObservation } from "../../support/builders/object-sets.ts";
import { aPoolMemory } from "../../support/builders/remembered.ts";
import { aPool } from "../../support/reports/compiled.ts";

interface Given {
  readonly pool?: Partial<CompiledPool>;
  readonly desired?: number;
  readonly observed?: Partial<PoolObservation>;
  readonly memory?: PoolMemory;
  readonly intents?: readonly Intent[];
  readonly seenFleets?: readonly FleetObservation[];
}

function stateOf({ pool, desired = 4, observed, memory, intents = [], seenFleets = [] }: Given) {
  return poolState({
    pool: aPool("gb200-east", pool),
    observed: aPoolObservation(desired, observed),
    fleets: [aSmallFleet()],
    seenFleets,
    intents,
    memory: memory ?? aPoolMemory(4),
    now: NOW,
  });
}

const adopting: Partial<CompiledPool> = { onForeignWrite: { action: "Adopt", forMs: HOUR_MS } };
const ago = (hours: number) => after(NOW, millis(-hours * HOUR_MS));
const out = (changes: Partial<Intent>) => anIntent({ askedRacks: rackCount(6), ...changes });

describe("who last changed the count", () => {
  const held = (given: Given) => {
    const { expectedRacks, foreignHoldUntil } = stateOf(given).memory;
    return { expectedRacks, held: foreignHoldUntil !== null };
  };

  it.each([
    ["nobody", {}, 4],
    [
      "unknown at the first sight",
      { desired: 6, memory: aPoolMemory(4, { expectedRacks: null }) },
      6,
    ],
    ["we, a growth executing", { desired: 6, intents: [out({ phase: "Executing" })] }, 6],
    ["we, a growth just done", { desired: 6, intents: [out({ phase: "Done" })] }, 6],
    ["we, a drain", { desired: 3, intents: [aDrain()] }, 3],
    ["unknown while it cannot be read", { observed: { count: null } }, 4],
  ] as const)("%s: no hold", (_, given, expectedRacks) => {
    expect(held(given)).toEqual({ expectedRacks, held: false });
  });

  it.each([
    ["no decision explains it", { desired: 6 }],
    [
      "a decision that was not started does not",
      { desired: 6, intents: [out({ phase: "Approved" })] },
    ],
    ["a decision of another size does not", { desired: 5, intents: [out({ phase: "Executing" })] }],
    [
      "a decision from another count does not",
      { desired: 6, intents: [out({ phase: "Done", fromRacks: rackCount(5) })] },
    ],
    ["another pool's does not", { desired: 6, intents: [out({ pool: "gb200-west" })] }],
  ] as const)("somebody else, when %s: held, and accepted as the count we know", (_, given) => {
    const { memory } = stateOf(given);
    expect(memory.expectedRacks).toBe(given.desired);
    expect(memory.foreignHoldUntil).toBe(after(NOW, millis(2 * HOUR_MS)));
  });

  it("somebody else, where the pool says Adopt: accepted, not held", () => {
    const pool = { onForeignWrite: { action: "Adopt", forMs: HOUR_MS } } as const;
    expect(held({ pool, desired: 6 })).toEqual({ expectedRacks: 6, held: false });
  });
});

describe("racks that served and are gone", () => {
  const seen = Object.fromEntries(
    ["rack-0", "rack-9"].map((id) => [id, { firstAt: ago(9), servingAt: ago(8) }]),
  );
  const remembering = aPoolMemory(4, {
    seen: { ...seen, "rack-8": { firstAt: ago(9), servingAt: null } },
  });

  it("are named once, those that never served are not", () => {
    const { lostRacks, memory } = stateOf({ memory: remembering });
    expect(lostRacks).toEqual(["rack-9"]);
    expect(stateOf({ memory }).lostRacks).toEqual([]);
  });

  it("cannot be told while a node lacks its label: asked again when it has it", () => {
    const racks = [...someRacks(3), { ...(someRacks(4).at(-1) ?? fail()), id: UNLABELLED }];
    const unsure = stateOf({ memory: remembering, observed: { racks } });
    expect(unsure.lostRacks).toEqual([]);
    expect(stateOf({ memory: unsure.memory }).lostRacks).toEqual(["rack-9"]);
  });
});

function fail(): never {
  throw new Error("no rack");
}

describe("the most racks a pool may have", () => {
  const window = (from: number, until: number, racks: number) => ({
    from: after(NOW, millis(from * HOUR_MS)),
    until: after(NOW, millis(until * HOUR_MS)),
    racks: rackCount(racks),
    evacuateBeforeMs: HOUR_MS,
  });
  const calendar = (...windows: ReturnType<typeof window>[]): Partial<CompiledPool> => ({
    supply: { kind: "Calendar", committedRacks: rackCount(0), windows },
  });

  it.each([
    ["its limit", {}, 12],
    ["its open windows'", calendar(window(-2, 5, 3), window(0, 9, 2)), 5],
    ["not those of windows to come or past", calendar(window(1, 5, 3), window(-5, 0, 2)), 0],
    ["not those that must be evacuated by now", calendar(window(-2, 1, 3)), 0],
    ["never above its limit", calendar(window(-2, 5, 30)), 12],
  ])("%s", (_, pool, ceiling) => {
    expect(stateOf({ pool }).ceiling).toBe(ceiling);
  });

  it("never above what its objects can ask for", () => {
    const { count } = aPoolObservation(4);
    if (count === null) throw new Error("no count");
    const bounds = { least: rackCount(0), most: rackCount(5) };
    expect(stateOf({ observed: { count: { ...count, bounds } } }).ceiling).toBe(5);
    expect(stateOf({ observed: aSetObservation() }).ceiling).toBe(6);
  });
});

describe("a rack that warms up", () => {
  const racks = someRacks(2);
  const seen = (phase: "Serving" | "Warming") => ({ firstAt: ago(1), servingAt: NOW, phase });
  const memory = aPoolMemory(2, { seen: { "rack-0": seen("Serving"), "rack-1": seen("Warming") } });
  const phaseAt = (own: number | null) => {
    const hitRates = racks.flatMap(({ id, pods }) =>
      pods.flatMap(({ name }) => {
        const rate = id === "rack-0" ? 0.9 : own;
        return rate === null ? [] : [{ pod: name, hitRate: ratio(rate) }];
      }),
    );
    const seenFleets = [aFleetObservation({ hitRates })];
    return stateOf({ desired: 2, memory, seenFleets }).summaries.find(({ id }) => id === "rack-1")
      ?.phase;
  };

  it.each([
    ["is warm by its pods' hit rates, nine points below those of the others", 0.81, "Serving"],
    ["is not while they are lower", 0.79, "Warming"],
    ["is not, so soon, where its pods show none", null, "Warming"],
  ] as const)("%s", (_, own, phase) => {
    expect(phaseAt(own)).toBe(phase);
  });
});

describe("a swap of objects, which leaves the count as it was", () => {
  const knowing = (on: readonly number[]) =>
    stateOf({ observed: { count: aSetCount(on) }, memory: aPoolMemory(on.length) }).memory;
  const heldAt = (on: readonly number[], given: Given = {}) =>
    stateOf({ observed: { count: aSetCount(on) }, memory: knowing([0, 1, 2, 3]), ...given }).memory
      .foreignHoldUntil !== null;
  const drained = aDrain({ objects: ["sub-3"], askedRacks: rackCount(3) });

  it.each<[string, readonly number[], Given, boolean]>([
    ["none", [0, 1, 2, 3], {}, false],
    ["by somebody", [0, 1, 2, 4], {}, true],
    ["which the pool adopts", [0, 1, 2, 4], { pool: adopting }, false],
    ["of one that ours turned off, by somebody", [0, 1, 2, 4], { intents: [drained] }, true],
    [
      "that is a drain and a growth of ours",
      [0, 1, 2, 4],
      { intents: [drained, out({ objects: ["sub-4"], phase: "Done" })] },
      false,
    ],
    [
      "of what ours turned the other way before",
      [0, 1, 2, 4],
      { intents: [out({ objects: ["sub-3"] }), aDrain({ objects: ["sub-4"] })] },
      true,
    ],
    [
      "that was only proposed",
      [0, 1, 2, 4],
      { intents: [drained, out({ objects: ["sub-4"], askedRacks: null })] },
      true,
    ],
  ])("%s", (_, on, given, held) => {
    expect(heldAt(on, given)).toBe(held);
  });

  it("is the new state from then on", () => {
    const swapped = stateOf({
      observed: { count: aSetCount([0, 1, 2, 4]) },
      memory: knowing([0, 1, 2, 3]),
    });
    expect(swapped.memory.expectedObjects).toEqual(["sub-0", "sub-1", "sub-2", "sub-4"]);
    expect(heldAt([0, 1, 2, 4], { memory: knowing([0, 1, 2, 4]) })).toBe(false);
  });

  it("is not looked for where the set is seen for the first time, or is no set", () => {
    expect(heldAt([0, 1, 2, 4], { memory: aPoolMemory(4) })).toBe(false);
    expect(stateOf({}).memory).not.toHaveProperty("expectedObjects");
  });
});

describe("who last changed a set of objects", () => {
  const intent = out({ objects: ["sub-4", "sub-5"] });
  const heldAfter = (
    on: readonly number[],
    before: number,
    intents: readonly Intent[] = [intent],
  ) =>
    stateOf({ observed: { count: aSetCount(on) }, memory: aPoolMemory(before), intents }).memory
      .foreignHoldUntil !== null;

  it.each([
    ["we, both objects at once", [0, 1, 2, 3, 4, 5], 4, false],
    ["we, when only one got through", [0, 1, 2, 3, 4], 4, false],
    ["we, the other one later", [0, 1, 2, 3, 4, 5], 5, false],
    ["somebody, another object beside ours", [0, 1, 2, 4, 5], 4, true],
    ["somebody who took one away", [0, 1, 2], 4, true],
  ] as const)("%s", (_, on, before, held) => {
    expect(heldAfter(on, before)).toBe(held);
  });

  it("somebody, who did what we only proposed", () => {
    const proposed = { ...intent, phase: "Pending", askedRacks: null } as const;
    expect(heldAfter([0, 1, 2, 3, 4], 4, [proposed])).toBe(true);
  });

  it.each(["Failed", "PartiallyDone", "Cancelled"] as const)(
    "we, before the change ended as %s",
    (phase) => {
      expect(heldAfter([0, 1, 2, 3, 4], 4, [{ ...intent, phase }])).toBe(false);
    },
  );

  it("somebody, beside a change that failed", () => {
    expect(heldAfter([0, 1, 2, 3, 6], 4, [{ ...intent, phase: "Failed" }])).toBe(true);
  });

  it("we, who gave back a rack by its object", () => {
    const drain = aDrain({ objects: ["sub-1"] });
    expect(heldAfter([0, 2, 3], 4, [drain])).toBe(false);
    expect(heldAfter([1, 2, 3], 4, [drain])).toBe(true);
  });
});

describe("what is carried on", () => {
  it("the requests of the last hour", () => {
    const memory = aPoolMemory(4, { requests: [ago(2), ago(1), ago(0.5)] });
    expect(stateOf({ memory }).memory.requests).toEqual([ago(0.5)]);
  });

  it("a sequence that never hands a name out twice, even when memory was lost", () => {
    const intents = [out({ name: "gb200-east-out-7" }), aDrain({ name: "gb200-east-in-9" })];
    expect(stateOf({ intents }).memory.sequence).toBe(10);
    expect(stateOf({ memory: aPoolMemory(4, { sequence: 12 }), intents }).memory.sequence).toBe(12);
  });
});
