import { describe, expect, it } from "vitest";
import { moveProspect } from "../../../src/core/moves/prospect.ts";
import { aStage } from "../../support/builders/gate.ts";
import { CHAT, aMove, aMover, aSharedPool } from "../../support/builders/moves.ts";
import { CODER, NOW, aDrain } from "../../support/builders/observed.ts";
import { rackCount } from "../../../src/core/units.ts";

const { picture } = aStage();
const POOL = aSharedPool();
const of = (name: "coder" | "chat") => ({
  ...picture,
  owned: { [POOL.name]: name === "chat" ? 1 : 3 },
  situation: { ...picture.situation, fleet: aMover(name) },
});
const FLEETS = [of("coder"), of("chat")];
const award = (fleet: typeof CODER, racks: number) => ({
  fleet,
  byPool: { [POOL.name]: rackCount(racks) },
  total: rackCount(racks),
});
const standing = {
  due: [award(CODER, 2), award(CHAT, 2)],
  soon: { [POOL.name]: { [CODER]: 2, [CHAT]: 2 } },
};

describe("what an open move has before it", () => {
  it("is the taker, and whether it is worth it", () => {
    const found = moveProspect(aMove(), POOL, { fleets: FLEETS, standing, now: NOW });
    expect(found.move?.taker?.key).toBe(CHAT);
    expect(found.move?.isWorth).toBe(true);
  });

  it("is nothing where the taker is gone, or draws on the pool no more", () => {
    const gone = { move: { taker: null, isWorth: false } };
    const view = { standing, now: NOW };
    expect(moveProspect(aMove(), POOL, { ...view, fleets: FLEETS.slice(0, 1) })).toEqual(gone);
    const other = { ...POOL, name: "gb200-west" };
    expect(moveProspect(aMove(), other, { ...view, fleets: FLEETS })).toEqual(gone);
  });

  it("is worth nothing where racks are not moved, and no question elsewhere", () => {
    const none = { fleets: FLEETS, standing: undefined, now: NOW };
    expect(moveProspect(aMove(), POOL, none).move?.isWorth).toBe(false);
    expect(moveProspect(aDrain(), POOL, none)).toEqual({});
  });
});
