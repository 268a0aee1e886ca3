import { describe, expect, it } from "vitest";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import type { FleetObservation } from "../../../src/core/observation.ts";
import { needWithTaker, withTaker } from "../../../src/core/gate/taker.ts";
import { MINUTE_MS, millis, rackCount } from "../../../src/core/units.ts";
import { A_SHRINK, aGateContext, aStage } from "../../support/builders/gate.ts";
import { CHAT, aMover } from "../../support/builders/moves.ts";
import { anOverride } from "../../support/builders/observed.ts";

const context = aGateContext();
const consumers = context.pool.consumers.map((one) => ({
  ...one,
  fleet: { namespace: "agents", name: "chat" },
}));
const POOL = { ...context.pool, consumers };
const FREE = { to: rackCount(3), holds: [], limits: [], approvers: 1, steps: [] };

function wish(fleet: Partial<CompiledFleet> = {}, seen: Partial<FleetObservation> = {}) {
  const { picture } = aStage({ seen });
  const taker = { ...picture, situation: { ...picture.situation, fleet: aMover("chat", fleet) } };
  const move = { taker: CHAT, ground: "Spare" as const };
  return { picture, taker, proposal: { ...A_SHRINK, move } };
}
const passage = (given: ReturnType<typeof wish>, held = 1) => {
  const holdings = { [POOL.name]: { [CHAT]: rackCount(held) } };
  return withTaker(FREE, given, {
    context: { ...context, pool: POOL },
    held: holdings,
    asked: holdings,
  });
};

describe("a move, for the fleet that gets the rack", () => {
  it("is let through as for its giver where nothing holds it", () => {
    expect(passage(wish())).toEqual(FREE);
  });

  it.each([
    ["its growth is paused", wish({}, { overrides: [anOverride({ pauseOut: true })] }), "paused"],
    [
      "its ceiling is reached",
      wish({}, { overrides: [anOverride({ ceilingRacks: rackCount(1) })] }),
      "fleet-limit",
    ],
    [
      "it has what it may have",
      wish({ racks: { ...aMover("chat").racks, max: rackCount(1) } }),
      "fleet-limit",
    ],
    ["it is rolled out", wish({}, { rollout: true }), "rollout"],
    [
      "it is wrong somewhere",
      wish({}, { problems: [{ code: "workload-unknown", text: "engine." }] }),
      "workload-unknown",
    ],
  ])("is held while %s, and says whose hold it is", (_what, given, code) => {
    const { to, holds } = passage(given);
    expect(to).toBe(A_SHRINK.from);
    expect(holds[0]).toMatchObject({ code, text: expect.stringMatching(/^agents\/chat: /) });
  });

  it("a pause of its scale-in is none of it", () => {
    expect(passage(wish({}, { overrides: [anOverride({ pauseIn: true })] })).holds).toEqual([]);
  });
});

describe("what has to be confirmed", () => {
  const giver = { approvers: 0, expiresAfterMs: millis(15 * MINUTE_MS), onExpiry: "Drop" as const };

  it("is what either asks: the taker by its mode of growth", () => {
    const asks = wish({ mode: { scaleOut: "Approve", scaleIn: "Auto" } });
    expect(needWithTaker(giver, asks, { pool: POOL }).approvers).toBe(1);
    expect(
      needWithTaker(giver, wish({ mode: { scaleOut: "Auto", scaleIn: "Approve" } }), {
        pool: POOL,
      }),
    ).toEqual(giver);
    expect(needWithTaker({ ...giver, approvers: 2 }, asks, { pool: POOL }).approvers).toBe(2);
  });

  it("and as the giver says where there is no taker", () => {
    const { taker: _taker, ...alone } = wish();
    expect(needWithTaker(giver, alone, { pool: POOL })).toBe(giver);
  });
});
