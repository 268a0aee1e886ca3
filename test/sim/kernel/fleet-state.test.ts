import { describe, expect, it } from "vitest";
import { FleetState } from "../../../src/sim/kernel/fleet-state.ts";
import { EJECTED, REPLICA_SHIFT, STATUS } from "../../../src/sim/kernel/replicas.ts";
import { optionsWith } from "../../support/kernel-cases/options.ts";

describe("the state of a fleet", () => {
  it("numbers what is scheduled", () => {
    const state = new FleetState(optionsWith([]), 1);
    expect([state.takeOrder(1), state.takeOrder(5), state.takeOrder(1)]).toEqual([0, 1, 6]);
  });

  it("has another engine and another router for decode units", () => {
    const { engine } = optionsWith([]);
    const decodeEngine = { ...engine, kvTokens: 77 };
    const state = new FleetState(optionsWith([], { decodeEngine }), 1);
    const [prefill, decode] = [state.replicas.add("Prefill"), state.replicas.add("Decode")];
    expect([prefill, decode].map((id) => state.engineOf(id).kvTokens)).toEqual([
      engine.kvTokens,
      77,
    ]);
    expect(state.routerOf(prefill)).toBe(state.router);
    expect(state.routerOf(decode)).toBe(state.decodeRouter);
  });

  it("notices when the last turn leaves an ejected replica", () => {
    const state = new FleetState(optionsWith([]), 1);
    const replica = state.replicas.add("Aggregated");
    state.router.addReplica(replica);
    for (let turn = 0; turn < 3; turn++) state.router.assign(replica);
    state.leave(replica);
    state.replicas.words[(replica << REPLICA_SHIFT) + STATUS] = EJECTED;
    state.leave(replica);
    expect(state.emptied).toBe(false);
    state.leave(replica);
    expect(state.emptied).toBe(true);
  });
});
