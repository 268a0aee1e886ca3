import { describe, expect, it } from "vitest";
import { lostTurns } from "../../../src/sim/kernel/lost-turns.ts";
import { loneTurns, smallFleet, smallParts } from "../../support/small-fleet.ts";

/** One that decodes, one that prefills, one that is queued, and one on its way. */
const SOURCE = () =>
  loneTurns([
    [0, 10, 50],
    [2_500, 25, 5],
    [2_600, 10, 5],
    [3_990, 10, 5],
  ]);

describe("a replica that is lost", () => {
  it("sends every turn it had back to its client, in the order of routing", () => {
    const clients = {
      timeoutNs: Infinity,
      retries: 1,
      retryBackoffNs: 7,
      abandonAfterNs: Infinity,
    };
    const engine = { budgetTokens: 10, maxSequences: 10, overheadNs: 50 };
    const { kernel, turns } = smallFleet(SOURCE(), { clients, engine });
    kernel.runUntil(4_000);
    expect(kernel.turnsOn(0)).toBe(4);
    kernel.remove(0, 4_000);
    const other = kernel.addReplica(4_000, "Aggregated");
    kernel.checkConserved();
    expect(kernel.turnsOn(other)).toBe(0);
    expect(kernel.nextEventNs()).toBe(4_007);
    kernel.runUntil(1e6);
    kernel.checkConserved();
    expect(
      turns.every(({ end, tries, replica }) => end === "completed" && tries === 2 && replica === 1),
    ).toBe(true);
    expect(turns.find(({ session }) => session === 0)?.firstTokenNs).toBe(1_050);
    expect(() => kernel.metrics(0, 1e6)).toThrow("there is no replica 0");
  });

  it("loses them for good when their tries are used up", () => {
    const { kernel, turns } = smallFleet(SOURCE());
    kernel.runUntil(4_000);
    kernel.remove(0, 4_000);
    expect(turns.map(({ session, end }) => [session, end])).toEqual(
      [0, 1, 2, 3].map((session) => [session, "abandoned"]),
    );
  });

  it("has none when it did nothing", () => {
    const { state, gateway } = smallParts(loneTurns([]));
    const replica = state.replicas.add("Aggregated");
    expect(lostTurns(state, gateway.underway, replica)).toEqual([]);
  });
});
