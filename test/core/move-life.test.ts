import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action } from "../../src/core/decision.ts";
import type { GroupObservation } from "../../src/core/observation.ts";
import { rackOwner } from "../../src/core/racks/rack-owner.ts";
import { HOUR_MS, MINUTE_MS, millis, rackCount } from "../../src/core/units.ts";
import {
  CHAT,
  aMover,
  aRackOfFleet,
  aSharedGroup,
  aSharedMemory,
  aSharedPool,
  aSharedWorld,
  someSharedRacks,
} from "../support/builders/moves.ts";
import { CODER, aLoad, aNode, someSignals } from "../support/builders/observed.ts";
import { aFleetMemory } from "../support/builders/remembered.ts";
import { runMoves } from "../support/model/move-run.ts";
import type { Floors, MoveRunInput, MoveTick } from "../support/model/move-run.ts";

const run = (changes: Partial<MoveRunInput>): readonly MoveTick[] =>
  runMoves({
    group: aSharedGroup(),
    world: aSharedWorld(),
    memory: aSharedMemory(),
    floors: always({ [CHAT]: 2 }, 12),
    ...changes,
  });
const always = (floors: Floors, ticks: number): readonly Floors[] =>
  Array.from({ length: ticks }, () => floors);

const planned = (ticks: readonly MoveTick[]): readonly Action[] =>
  ticks.flatMap(({ decision }) => decision.plan);
const opened = (ticks: readonly MoveTick[]): readonly string[] =>
  planned(ticks).flatMap((action) => {
    if (action.kind !== "OpenIntent") return [];
    const { direction, rack, fleet, taker } = action.intent;
    return [taker === undefined ? `${direction} ${rack}` : `${rack}: ${fleet} → ${taker}`];
  });
const said = (ticks: readonly MoveTick[]): readonly string[] =>
  ticks.flatMap(({ decision }) =>
    decision.fleets.flatMap(({ reasons }) => reasons.map(({ code }) => code)),
  );
function last(ticks: readonly MoveTick[]): GroupObservation {
  const end = ticks.at(-1);
  if (end === undefined) throw new Error("a life has a tick");
  return end.before;
}
const ownersIn = ({ pools }: GroupObservation): readonly (string | null)[] =>
  pools.flatMap(({ racks }) => racks.map(rackOwner));
const ownedBy = (key: string, world: GroupObservation): number =>
  ownersIn(world).filter((owner) => owner === key).length;

describe("a fleet that lacks a rack while another has one too many", () => {
  it("gets it, and the count stays", () => {
    const ticks = run({});
    expect(opened(ticks)).toEqual(["rack-0: agents/coder → agents/chat"]);
    expect(ownersIn(last(ticks))).toEqual([CHAT, CODER, CODER, CHAT]);
    expect(planned(ticks).some(({ kind }) => kind === "SetCount")).toBe(false);
  });

  it("in that order: cordon, evict, uncordon, its units, done", () => {
    const steps = planned(run({}))
      .filter((action) => action.kind !== "OpenIntent" && action.intent.endsWith("move-1"))
      .map((action) => (action.kind === "SetPhase" ? action.phase : action.kind));
    expect(steps).toEqual(["Executing", "Cordon", "Evict", "Uncordon", "Done"]);
  });

  it("both are told: the one shrinks, the other grows", () => {
    const at = run({}).find(({ decision }) => decision.plan.some((a) => a.kind === "OpenIntent"));
    const outcomes = at?.decision.fleets.map(({ fleet, outcome }) => [fleet, outcome]);
    expect(outcomes).toEqual([
      [CHAT, "Grow"],
      [CODER, "Shrink"],
    ]);
  });

  const toldTo = (key: string, ticks: readonly MoveTick[]): readonly string[] =>
    ticks.flatMap(({ decision }) =>
      decision.fleets
        .filter(({ fleet }) => fleet === key)
        .flatMap(({ reasons }) => reasons.map(({ code, text }) => `${code}: ${text}`)),
    );

  it.each<[string, Partial<MoveRunInput>, RegExp]>([
    [
      "that its giver's scale-in is paused",
      { says: { [CODER]: { pauseIn: true } } },
      /^paused: agents\/coder: .*FleetOverride other/,
    ],
    [
      "that its own growth is paused",
      { says: { [CHAT]: { pauseOut: true } } },
      /^paused: (?!agents).*FleetOverride other/,
    ],
    [
      "who has the racks, where nobody may give one",
      { floors: always({ [CODER]: 3, [CHAT]: 2 }, 8) },
      /^racks-held: .* RackPool gb200-east has 4 at most: agents\/coder 3, agents\/chat 1\.$/,
    ],
    ["that it comes, and how far it is", {}, /^rack-comes: .* Rack rack-0 of agents\/coder\. .+/],
  ])("is told %s", (_, changes, text) => {
    expect(toldTo(CHAT, run(changes))).toContainEqual(expect.stringMatching(text));
  });

  it("has two moved, one after the other, at the giver's pace", () => {
    const ticks = run({ floors: always({ [CHAT]: 3 }, 30) });
    expect(opened(ticks)).toHaveLength(2);
    expect(ownedBy(CHAT, last(ticks))).toBe(3);
    expect(said(ticks)).toContain("drain-pace");
  });
});

describe("no rack is moved", () => {
  const IDLE = { id: "rack-4", nodes: [aNode("rack-4-n0"), aNode("rack-4-n1")], pods: [] };
  const FIVE = {
    limits: { ...aSharedPool().limits, maxRacks: rackCount(5) },
    supply: { ...aSharedPool().supply, committedRacks: rackCount(5) },
  };
  it.each<[string, Partial<MoveRunInput>]>([
    ["while nobody lacks one", { floors: always({}, 8) }],
    ["that its fleet wants", { floors: always({ [CODER]: 3, [CHAT]: 2 }, 8) }],
    [
      "below what its fleet is guaranteed",
      {
        group: aSharedGroup({
          consumers: aSharedPool().consumers.map((one) => ({ ...one, guaranteed: rackCount(3) })),
        }),
        floors: always({ [CHAT]: 4 }, 8),
      },
    ],
    [
      "where an idle one serves sooner",
      {
        group: aSharedGroup(FIVE),
        world: aSharedWorld([...someSharedRacks(), IDLE]),
        memory: aSharedMemory(5),
      },
    ],
    [
      "while its fleet was not watched for its stabilisation",
      {
        group: aSharedGroup({}, [
          aMover("coder", {
            behavior: { ...aMover("coder").behavior, scaleInStabilizationMs: millis(9 * HOUR_MS) },
          }),
          aMover("chat"),
        ]),
      },
    ],
    [
      "in the shadow of either",
      {
        group: aSharedGroup({}, [
          aMover("coder"),
          aMover("chat", { mode: { scaleOut: "Shadow", scaleIn: "Auto" } }),
        ]),
      },
    ],
    ["while its fleet's scale-in is paused", { says: { [CODER]: { pauseIn: true } } }],
    ["while the other's growth is paused", { says: { [CHAT]: { pauseOut: true } } }],
    ["above the other's ceiling", { says: { [CHAT]: { ceilingRacks: rackCount(1) } } }],
    [
      "beyond what the other may have",
      {
        group: aSharedGroup({
          consumers: aSharedPool().consumers.map((one) => ({ ...one, max: rackCount(1) })),
        }),
      },
    ],
  ])("%s", (_what, changes) => {
    expect(opened(run({ ...changes, floors: changes.floors ?? always({ [CHAT]: 2 }, 8) }))).toEqual(
      [],
    );
  });
});

describe("whoever must say yes", () => {
  const group = aSharedGroup({}, [
    aMover("coder"),
    aMover("chat", { mode: { scaleOut: "Approve", scaleIn: "Auto" } }),
  ]);

  it("is asked where either fleet asks", () => {
    const ticks = run({ group });
    const open = planned(ticks).find(({ kind }) => kind === "OpenIntent");
    expect(open).toMatchObject({ intent: { requiredApprovals: 1, phase: "Pending" } });
    expect(planned(ticks).some(({ kind }) => kind === "Cordon")).toBe(false);
  });
});

describe("a guarantee", () => {
  /** The coder's load needs two of its three racks, and it is to survive the loss of one. */
  const busy = (guaranteed: number, turnsPerSecond = 10): readonly string[] => {
    const spare = { ...aMover("coder").racks, surviveRackLosses: rackCount(1) };
    const consumers = aSharedPool().consumers.map((one) => ({
      ...one,
      guaranteed: rackCount(guaranteed),
    }));
    const memory = aSharedMemory();
    const coder = aFleetMemory({ turnsPerSecond, racks: 3 });
    const ticks = run({
      group: aSharedGroup({ consumers }, [aMover("coder", { racks: spare }), aMover("chat")]),
      world: aSharedWorld(someSharedRacks(), {
        coder: { signals: someSignals(aLoad(turnsPerSecond)) },
      }),
      memory: { ...memory, fleets: { ...memory.fleets, [CODER]: coder } },
      floors: always({ [CHAT]: 4 }, 30),
    });
    return opened(ticks);
  };

  it("is met from a fleet that wants its rack, and no more than the guarantee", () => {
    expect(busy(2)).toEqual(["rack-0: agents/coder → agents/chat"]);
  });

  it("is not met where its giver's cache would collapse for it", () => {
    expect(busy(2, 24)).toEqual([]);
  });

  it("without one the rack stays where it is wanted", () => {
    expect(busy(1)).toEqual([]);
  });
});

describe("a move that is no longer worth it", () => {
  it("is called off before the rack is handed over, and the rack stays", () => {
    const ticks = run({ floors: [...always({ [CHAT]: 2 }, 3), ...always({ [CODER]: 3 }, 6)] });
    expect(opened(ticks)).toEqual(["rack-0: agents/coder → agents/chat"]);
    expect(
      planned(ticks)
        .flatMap((a) => (a.kind === "SetPhase" ? [a.phase] : []))
        .at(-1),
    ).toBe("Cancelled");
    expect(ownedBy(CODER, last(ticks))).toBe(3);
  });
});

/** What people want of both fleets over two hours, in stretches. */
const someFloors = fc
  .array(
    fc.record({
      coder: fc.integer({ min: 0, max: 5 }),
      chat: fc.nat({ max: 5 }),
      ticks: fc.nat(15),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((stretches) =>
    stretches.flatMap(({ coder, chat, ticks }) => always({ [CODER]: coder, [CHAT]: chat }, ticks)),
  );
const someOwners = fc.array(fc.constantFrom(CODER, CHAT), { minLength: 4, maxLength: 4 });
const worldOf = (owners: readonly (typeof CODER)[]): GroupObservation =>
  aSharedWorld(owners.map((owner, n) => aRackOfFleet(`rack-${n}`, owner)));

describe("whatever people ask for", () => {
  const lives = (check: (ticks: readonly MoveTick[]) => void): void =>
    fc.assert(
      fc.property(someFloors, someOwners, (floors, owners) => {
        check(run({ floors, world: worldOf(owners) }));
      }),
      { numRuns: 25 },
    );

  it("a move leaves its giver what it is guaranteed and what its floor asks for", () => {
    lives((ticks) => {
      for (const { before, decision } of ticks) {
        for (const action of decision.plan) {
          if (action.kind !== "OpenIntent" || action.intent.direction !== "Move") continue;
          const { fleet } = action.intent;
          const overrides = before.fleets.find(({ key }) => key === fleet)?.overrides ?? [];
          const floor = Math.max(1, ...overrides.map(({ floorRacks }) => floorRacks ?? 0));
          expect(ownedBy(fleet, before) - 1).toBeGreaterThanOrEqual(floor);
        }
      }
    });
  });

  it("no count is written, and no two moves are open at once", () => {
    lives((ticks) => {
      for (const { before, decision } of ticks) {
        expect(decision.plan.some(({ kind }) => kind === "SetCount")).toBe(false);
        const open = before.intents.filter(
          ({ direction, phase }) =>
            direction === "Move" && ["Pending", "Executing"].includes(phase),
        );
        expect(open.length).toBeLessThanOrEqual(1);
      }
    });
  });

  it("once both want what there is, each has it and it stays so", () => {
    fc.assert(
      fc.property(
        someFloors,
        someOwners,
        fc.integer({ min: 1, max: 3 }),
        (floors, owners, coder) => {
          const rest = always({ [CODER]: coder, [CHAT]: 4 - coder }, 60);
          const ticks = run({ floors: [...floors, ...rest], world: worldOf(owners) });
          expect(ownedBy(CODER, last(ticks))).toBe(coder);
          expect(opened(ticks.slice(-15))).toEqual([]);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("wants that flicker within the stabilisation move at most what they settle on", () => {
    const steady = { ...aMover("coder").behavior, scaleInStabilizationMs: millis(30 * MINUTE_MS) };
    const group = aSharedGroup({}, [
      aMover("coder", { behavior: steady }),
      aMover("chat", { behavior: steady }),
    ]);
    const flicker = fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { minLength: 90, maxLength: 90 });
    fc.assert(
      fc.property(flicker, (noise) => {
        const floors = noise.map(([a, b]) => ({ [CODER]: 1 + a, [CHAT]: 2 + b }));
        const moves = opened(run({ group, floors }));
        expect(moves.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 15 },
    );
  });
});
