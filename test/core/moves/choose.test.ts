import { describe, expect, it } from "vitest";
import type { CompiledFleet, FleetKey } from "../../../src/core/compiled.ts";
import type { AttainmentByRacks } from "../../../src/core/decision.ts";
import type { FleetPicture } from "../../../src/core/fleet-picture.ts";
import type { FleetMemory } from "../../../src/core/memory.ts";
import { isStillWorth, movesIn, ownedInAll } from "../../../src/core/moves/choose.ts";
import type { Standing } from "../../../src/core/moves/due.ts";
import { rackCount, ratio } from "../../../src/core/units.ts";
import { aStage } from "../../support/builders/gate.ts";
import { CHAT, aMove, aMover, aSharedPool } from "../../support/builders/moves.ts";
import { CODER, NOW, anOverride } from "../../support/builders/observed.ts";
import { aFleetMemory } from "../../support/builders/remembered.ts";

const POOL = aSharedPool();
const HERE = POOL.name;

interface Fleet {
  readonly owned: number;
  readonly want: number;
  /** Attainment with one rack, two, and so on. */
  readonly attains?: readonly number[];
  readonly memory?: FleetMemory;
  readonly floor?: number;
  readonly changes?: Partial<CompiledFleet>;
}

const curve = (attains: readonly number[]): AttainmentByRacks =>
  [0, ...attains].map((share, racks) => ({ racks: rackCount(racks), attainment: ratio(share) }));

/** A picture with the figures that matter here as they are said to be. */
function picture(name: "coder" | "chat", one: Fleet): FleetPicture {
  const { picture: base } = aStage();
  const { owned, want: racks, attains = [], floor, memory = aFleetMemory() } = one;
  const overrides = floor === undefined ? [] : [anOverride({ floorRacks: rackCount(floor) })];
  const fleet = aMover(name, one.changes);
  return {
    ...base,
    owned: { [HERE]: owned },
    memory,
    situation: { ...base.situation, fleet, observed: { ...base.situation.observed, overrides } },
    sizing: {
      ...base.sizing,
      want: { ...base.sizing.want, racks: rackCount(racks), curve: curve(attains) },
    },
  };
}

const dealt = (due: Readonly<Record<FleetKey, number>>, soon = due): Standing => ({
  due: Object.entries(due).map(([fleet, racks]) => ({
    fleet: fleet === CHAT ? CHAT : CODER,
    byPool: { [HERE]: rackCount(racks) },
    total: rackCount(racks),
  })),
  soon: { [HERE]: soon },
});

const world = (
  coder: Fleet,
  chat: Fleet,
  due: { readonly coder: number; readonly chat: number },
) => ({
  fleets: [picture("coder", coder), picture("chat", chat)],
  standing: dealt(
    { [CODER]: due.coder, [CHAT]: due.chat },
    { [CODER]: coder.owned, [CHAT]: chat.owned },
  ),
  now: NOW,
});
const grounds = (...of: Parameters<typeof world>) =>
  movesIn(POOL, world(...of)).map(({ giver, taker, ground }) => {
    return `${giver.situation.fleet.name} → ${taker.situation.fleet.name}: ${ground}`;
  });
const WANTED = aFleetMemory({ racks: 3 });

describe("the moves worth making", () => {
  it.each<[string, Fleet, Fleet, { coder: number; chat: number }, readonly string[]]>([
    [
      "from who does not want it to who lacks it",
      { owned: 3, want: 2 },
      { owned: 1, want: 2 },
      { coder: 2, chat: 2 },
      ["coder → chat: Spare"],
    ],
    [
      "none while nobody lacks one",
      { owned: 3, want: 1 },
      { owned: 1, want: 1 },
      { coder: 1, chat: 1 },
      [],
    ],
    [
      "none from who wants it",
      { owned: 3, want: 3 },
      { owned: 1, want: 2 },
      { coder: 2, chat: 2 },
      [],
    ],
    [
      "none below a floor",
      { owned: 3, want: 2, floor: 3 },
      { owned: 1, want: 2 },
      { coder: 2, chat: 2 },
      [],
    ],
    [
      "to who is guaranteed it, from who wants it",
      { owned: 3, want: 4 },
      { owned: 0, want: 1 },
      { coder: 3 - 1, chat: 1 },
      ["coder → chat: Guarantee"],
    ],
    [
      "to who gains far more by it, and wanted it all the while",
      { owned: 3, want: 3, attains: [0.9, 0.98, 0.99] },
      { owned: 1, want: 3, attains: [0.5, 0.8, 0.95], memory: WANTED },
      { coder: 2, chat: 2 },
      ["coder → chat: Gain"],
    ],
    [
      "not where a fleet gives up nothing that it wants",
      {
        owned: 3,
        want: 3,
        attains: [0.9, 0.98, 0.99],
        changes: { without: "arbitration" },
      },
      { owned: 1, want: 3, attains: [0.5, 0.8, 0.95], memory: WANTED },
      { coder: 2, chat: 2 },
      [],
    ],
    [
      "not to who wanted it for a moment",
      { owned: 3, want: 3, attains: [0.9, 0.98, 0.99] },
      { owned: 1, want: 3, attains: [0.5, 0.8, 0.95] },
      { coder: 2, chat: 2 },
      [],
    ],
    [
      "not to who gains little more",
      { owned: 3, want: 3, attains: [0.5, 0.7, 0.9] },
      { owned: 1, want: 3, attains: [0.5, 0.8, 0.95], memory: WANTED },
      { coder: 2, chat: 2 },
      [],
    ],
    [
      "nor to who gains next to nothing, lost for nothing though it is",
      { owned: 3, want: 3, attains: [0.99, 0.99, 0.99] },
      { owned: 1, want: 3, attains: [0.97, 0.98, 0.985], memory: WANTED },
      { coder: 2, chat: 2 },
      [],
    ],
  ])("%s", (_what, ...[coder, chat, due, expected]) => {
    expect(grounds(coder, chat, due)).toEqual(expected);
  });
});

describe("an open move", () => {
  const worth = (
    coder: Fleet,
    chat: Fleet,
    more: { due: number; lately?: boolean; phase?: "Approved" },
  ) => {
    const { fleets } = world(coder, chat, { coder: 2, chat: more.due });
    // The rack that is moved is counted as the taker's to be.
    const standing = dealt(
      { [CODER]: 2, [CHAT]: more.due },
      { [CODER]: 2, [CHAT]: chat.owned + 1 },
    );
    const intent = aMove({ phase: more.phase ?? "Executing" });
    return isStillWorth(intent, POOL, { fleets, standing, wantedLately: more.lately ?? false });
  };

  it.each<[string, Fleet, Fleet, Parameters<typeof worth>[2], boolean]>([
    [
      "goes on while the rack is lacked",
      { owned: 2, want: 2 },
      { owned: 1, want: 2 },
      { due: 2 },
      true,
    ],
    [
      "and before it is begun",
      { owned: 3, want: 2 },
      { owned: 1, want: 2 },
      { due: 2, phase: "Approved" },
      true,
    ],
    [
      "not once it is lacked no more",
      { owned: 2, want: 2 },
      { owned: 1, want: 1 },
      { due: 1 },
      false,
    ],
    [
      "unless it was a moment ago",
      { owned: 2, want: 2 },
      { owned: 1, want: 1 },
      { due: 1, lately: true },
      true,
    ],
    [
      "not once its fleet wants it back",
      { owned: 2, want: 3, attains: [0, 0, 1] },
      { owned: 1, want: 2, attains: [0.9, 1] },
      { due: 2 },
      false,
    ],
    [
      "nor below its floor",
      { owned: 2, want: 2, floor: 3 },
      { owned: 1, want: 2 },
      { due: 2 },
      false,
    ],
    ["nor below its guarantee", { owned: 0, want: 0 }, { owned: 1, want: 2 }, { due: 2 }, false],
  ])("%s", (_what, ...[coder, chat, more, expected]) => {
    expect(worth(coder, chat, more)).toBe(expected);
  });

  it("of a fleet that is gone is worth nothing", () => {
    const { fleets, standing } = world(
      { owned: 2, want: 2 },
      { owned: 1, want: 2 },
      { coder: 2, chat: 2 },
    );
    const movers = { fleets: fleets.slice(0, 1), standing, wantedLately: true };
    expect(isStillWorth(aMove(), POOL, movers)).toBe(false);
  });
});

it("racks of all pools are a fleet's", () => {
  const [one] = world({ owned: 2, want: 2 }, { owned: 1, want: 2 }, { coder: 2, chat: 2 }).fleets;
  expect(one === undefined ? 0 : ownedInAll({ ...one, owned: { a: 2, b: 3 } })).toBe(5);
});
