import { describe, expect, it } from "vitest";
import { Clients } from "../../../src/sim/kernel/clients.ts";
import type { ClientModel } from "../../../src/sim/kernel/contract.ts";
import { loneTurns, smallFleet, smallParts } from "../../support/small-fleet.ts";

const NEVER = Infinity;
const clients = (edit: Partial<ClientModel>): { clients: ClientModel } => ({
  clients: { timeoutNs: NEVER, retries: 0, retryBackoffNs: 0, abandonAfterNs: NEVER, ...edit },
});

/** A turn that nobody takes. */
const unserved = (edit: Partial<ClientModel>) => {
  const { kernel, turns } = smallFleet(loneTurns([[100, 10, 5]]), clients(edit), 0);
  kernel.runUntil(1e9);
  kernel.checkConserved();
  return turns;
};

describe("clients", () => {
  it("try again after pauses that double, and abandon when their tries are used up", () => {
    const turns = unserved({ timeoutNs: 50, retries: 2, retryBackoffNs: 10 });
    const end = 100 + 50 + 10 + 50 + 20 + 50;
    expect(turns).toMatchObject([{ end: "abandoned", endNs: end, tries: 3, replica: -1 }]);
    expect(turns[0]?.firstTokenNs).toBeNaN();
  });

  it.each([
    ["while they wait", { timeoutNs: NEVER, abandonAfterNs: 70 }, 1],
    ["between two tries", { timeoutNs: 65, retries: 5, retryBackoffNs: 10, abandonAfterNs: 70 }, 1],
    ["in their second try", { timeoutNs: 50, retries: 5, abandonAfterNs: 70 }, 2],
  ])("abandon %s", (_, edit, tries) => {
    expect(unserved(edit)).toMatchObject([{ end: "abandoned", endNs: 170, tries }]);
  });

  it("take a try away from the queue, and from a prefill whose iteration goes on", () => {
    const source = loneTurns([
      [0, 30, 1],
      [100, 10, 1],
      [700, 10, 1],
    ]);
    const engine = { maxSequences: 1 };
    const edit = clients({ timeoutNs: 900 });
    const { kernel, turns } = smallFleet(source, { ...edit, engine });
    kernel.runUntil(950);
    expect(kernel.metrics(0, 950)).toMatchObject({ running: 0, waiting: 2, pinnedTokens: 0 });
    kernel.runUntil(1e6);
    kernel.checkConserved();
    expect(turns.map(({ end, endNs }) => [end, endNs])).toEqual([
      ["abandoned", 900],
      ["abandoned", 1_000],
      ["abandoned", 1_600],
    ]);
  });

  it("wait no longer for a turn with a first token", () => {
    const edit = clients({ timeoutNs: 1_001, abandonAfterNs: 1_001 });
    const { kernel, turns } = smallFleet(loneTurns([[0, 10, 5]]), edit);
    kernel.runUntil(1e6);
    expect(turns).toMatchObject([{ end: "completed", endNs: 5_000 }]);
  });

  it("give up only what is not there at the very instant", () => {
    const { kernel, turns } = smallFleet(loneTurns([[0, 10, 5]]), clients({ timeoutNs: 1_000 }));
    kernel.runUntil(1e6);
    expect(turns).toMatchObject([{ end: "completed", tries: 1 }]);
  });

  it("have nothing to give up at first", () => {
    const { state, gateway, sequences, clock, turnEnds } = smallParts(loneTurns([]));
    const parts = { gateway, sequences, clock, ends: turnEnds };
    expect(new Clients(state, parts).nextNs()).toBe(Infinity);
  });
});
