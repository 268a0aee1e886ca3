import { describe, expect, it } from "vitest";
import type { Action } from "../../../src/core/decision.ts";
import { brokenByMove } from "../../../src/core/moves/move-invariants.ts";
import { rackCount } from "../../../src/core/units.ts";
import {
  CHAT,
  aMove,
  aRackOfFleet,
  aSharedPool,
  aSharedWorld,
} from "../../support/builders/moves.ts";
import { CODER } from "../../support/builders/observed.ts";

const observation = aSharedWorld();
const why = { code: "rack-moves" as const, text: "why" };
const check = (action: Action, intent = aMove(), pool = aSharedPool()) =>
  brokenByMove(action, intent, { pool, observation });
const opens = (changes: Parameters<typeof aMove>[0], guaranteed = 1) => {
  const pool = aSharedPool();
  const consumers = pool.consumers.map((one) => ({ ...one, guaranteed: rackCount(guaranteed) }));
  const action = { kind: "OpenIntent", intent: aMove(changes), reason: why } as const;
  return brokenByMove(action, undefined, { pool: { ...pool, consumers }, observation });
};
const evicts = (rack: string, fleet: typeof CODER) => {
  const pods = aRackOfFleet(rack, fleet).pods;
  return {
    kind: "Evict",
    intent: "gb200-east-move-1",
    pool: "gb200-east",
    pods,
    reason: why,
  } as const;
};

describe("a rack that moves", () => {
  it.each([
    ["is begun with one that the giver has", opens({}), null],
    ["not with another's", opens({ rack: "rack-3" }), "rack-3 is not agents/coder's"],
    ["not without a taker", opens({ taker: CODER }), "no other fleet takes"],
    ["not below a guarantee", opens({}, 3), "would be left 2 racks, 3 are guaranteed"],
    ["ends pods of its giver", check(evicts("rack-2", CODER)), null],
    ["and no others", check(evicts("rack-3", CHAT)), "is not of agents/coder"],
  ])("%s", (_what, found, expected) => {
    if (expected === null) expect(found).toBeNull();
    else expect(found).toContain(expected);
  });

  it("changes no count", () => {
    const [from, to] = [rackCount(4), rackCount(3)];
    const of = { intent: "gb200-east-move-1", pool: "gb200-east", uid: "u", from, to, reason: why };
    expect(check({ kind: "SetCount", ...of })).toContain("4 → 3 racks");
    expect(check({ kind: "SetCount", ...of }, aMove({ direction: "In" }))).toBeNull();
  });
});
