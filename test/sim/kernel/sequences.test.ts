import { describe, expect, it } from "vitest";
import type { TurnRecord } from "../../../src/sim/kernel/contract.ts";
import { SUBS_PER_NS } from "../../../src/sim/kernel/contract.ts";
import { createFleetKernel } from "../../../src/sim/kernel/fleet-kernel.ts";
import { Sequences } from "../../../src/sim/kernel/sequences.ts";
import { CHAIN, INPUT, NEED } from "../../../src/sim/kernel/turn-slots.ts";
import { optionsWith } from "../../support/kernel-cases/options.ts";
import { loneTurns, oneSession, smallFleet, smallParts } from "../../support/small-fleet.ts";

const turnOf = (delayNs: number, input: number, output: number, ...after: number[]) => ({
  input,
  output,
  chain: 0,
  delayNs,
  after,
});

describe("a sequence", () => {
  it("finds what the turn before it left, prompt and output", () => {
    const rows = [turnOf(0, 35, 16), turnOf(0, 60, 1, 0)];
    const { kernel, turns } = smallFleet(oneSession(rows));
    kernel.runUntil(1e6);
    expect(turns.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 50]);
    expect(kernel.metrics(0, 1e6)).toMatchObject({ promptTokens: 95, cachedTokens: 50 });
  });

  it.each([
    [true, 40],
    [false, 30],
  ])(
    "leaves no block that only its last token fills; outputs cached: %s",
    (cacheOutputs, found) => {
      const rows = [turnOf(0, 35, 15), turnOf(0, 60, 1, 0)];
      const { kernel, turns } = smallFleet(oneSession(rows), { engine: { cacheOutputs } });
      kernel.runUntil(1e6);
      expect(turns[1]?.cachedTokens).toBe(found);
    },
  );

  it("computes one token at least", () => {
    const rows = [turnOf(0, 40, 1), turnOf(0, 40, 1, 0)];
    const { kernel, turns } = smallFleet(oneSession(rows));
    kernel.runUntil(1e6);
    expect(turns[1]?.cachedTokens).toBe(30);
  });

  it("loads from the host tier what was evicted to it, at its price", () => {
    const sources = [oneSession([turnOf(0, 80, 1), turnOf(3_000, 80, 1, 0)])];
    const host = { tokens: 200, loadTokenSubs: 7 * SUBS_PER_NS };
    const turns: TurnRecord[] = [];
    const kernel = createFleetKernel({
      ...optionsWith([...sources, loneTurns([[1_000, 90, 1]])], {
        engine: { kvTokens: 100, host },
      }),
      onTurn: (turn) => void turns.push(turn),
    });
    kernel.addReplica(0, "Aggregated");
    kernel.runUntil(1e6);
    expect(turns.at(-1)).toMatchObject({ arrivalNs: 4_000, cachedTokens: 70 });
    const { hostCachedTokens = 0 } = turns.at(-1) ?? {};
    expect(hostCachedTokens).toBeGreaterThan(0);
    expect(turns.at(-1)?.endNs).toBe(4_000 + 1_000 + 7 * hostCachedTokens);
    expect(kernel.metrics(0, 1e6).hostCachedTokens).toBe(hostCachedTokens);
  });

  it("that is admitted needs its prompt less what was found, and counts as running", () => {
    const { state } = smallParts(loneTurns([[0, 25, 2]]));
    const sequences = new Sequences(state);
    const replica = state.replicas.add("Aggregated");
    state.caches.addReplica(replica, 100);
    const turn = state.turns.take();
    state.turns.words[turn + INPUT] = 25;
    state.turns.words[turn + CHAIN] = -1;
    expect(sequences.admitToPrefill(replica, turn)).toBe(true);
    expect(state.turns.words[turn + NEED]).toBe(25);
    expect(state.caches.privateTokens(replica)).toBe(25);
    sequences.withdraw(replica, turn, 0);
    expect(state.caches.privateTokens(replica)).toBe(0);
  });
});
