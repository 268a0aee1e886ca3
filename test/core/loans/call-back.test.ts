import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callBacks, chooseCallBack, openReclaims } from "../../../src/core/loans/call-back.ts";
import type { CallBack, LoanView } from "../../../src/core/loans/call-back.ts";
import type { RackObservation } from "../../../src/core/observation.ts";
import type { Reason } from "../../../src/core/reasons.ts";
import { HOUR_MS, MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import { LONG_AGO, aLentRack, aLoanPool } from "../../support/builders/loans.ts";
import { NOW, aPod, anIntent } from "../../support/builders/observed.ts";

const view = (racks: readonly RackObservation[], changes: Partial<LoanView> = {}): LoanView => ({
  pool: aLoanPool(),
  racks,
  summaries: racks.map(({ id, nodes }) => ({
    id,
    phase: "Loaned",
    readyNodes: nodes.length,
    nodes: nodes.length,
    degraded: false,
    fleet: null,
  })),
  intents: [],
  now: NOW,
  ...changes,
});
const nameOf = (found: CallBack | Reason): string => ("code" in found ? found.code : found.rack.id);
const young = { lentAt: after(NOW, millis(-30 * MINUTE_MS)) };
const saved = (minutesAgo: number) => ({
  loan: {
    pools: ["gb200-east"],
    gang: `saved-${minutesAgo}`,
    checkpointAt: after(NOW, millis(-minutesAgo * MINUTE_MS)),
  },
});

describe("the rack that is called back", () => {
  it.each([
    [
      "breaks the fewest gangs: one that nothing runs on none",
      [aLentRack("rack-1"), { ...aLentRack("rack-2"), pods: [] }],
      "rack-2",
    ],
    [
      "pods that run alone are a gang each",
      [aLentRack("rack-1", { gang: null }), aLentRack("rack-2")],
      "rack-2",
    ],
    [
      "then loses the least work since it was saved",
      [aLentRack("rack-1", { pod: saved(50) }), aLentRack("rack-2", { pod: saved(5) })],
      "rack-2",
    ],
    [
      "has been saved rather than never",
      [aLentRack("rack-1"), aLentRack("rack-2", { pod: saved(5) })],
      "rack-2",
    ],
    [
      "then is the emptier one",
      [aLentRack("rack-1"), { ...aLentRack("rack-2"), pods: aLentRack("rack-2").pods.slice(1) }],
      "rack-2",
    ],
  ])("%s", (_what, racks, id) => {
    expect(nameOf(chooseCallBack(view(racks)))).toBe(id);
  });

  it("takes along the racks that its gangs run on as well", () => {
    const racks = [aLentRack("rack-1", { gang: "big" }), aLentRack("rack-2", { gang: "big" })];
    const found = chooseCallBack(view(racks));
    const uids = racks.flatMap(({ nodes }) => nodes.map(({ uid }) => uid));
    expect(found).toMatchObject({ rack: { id: "rack-1" }, victimNodeUids: uids });
  });

  it("is one whose gangs are told to go already, before one with others", () => {
    const racks = [
      aLentRack("rack-1"),
      aLentRack("rack-2", { gang: "big" }),
      aLentRack("rack-3", { gang: "big" }),
    ];
    const going = anIntent({ direction: "Reclaim", rack: "rack-2", phase: "Executing" });
    expect(nameOf(chooseCallBack(view(racks, { intents: [going] })))).toBe("rack-3");
  });
});

describe("no rack is called back", () => {
  it("within its tenure, and the reason says until when", () => {
    const found = chooseCallBack(view([aLentRack("rack-1", { node: young })]));
    expect(found).toMatchObject({
      code: "loan-tenure",
      text: expect.stringContaining("2027-01-15T09:30Z"),
    });
  });

  it("whose gang runs on a rack that is within its own", () => {
    const racks = [
      aLentRack("rack-1", { gang: "big" }),
      aLentRack("rack-2", { gang: "big", node: young }),
    ];
    expect(nameOf(chooseCallBack(view(racks)))).toBe("loan-tenure");
    expect(nameOf(chooseCallBack(view(racks, { tenureWaived: true })))).toBe("rack-1");
  });

  it("that runs a stranger's pod, or a gang that runs beyond the pool too", () => {
    const strange = {
      ...aLentRack("rack-1"),
      pods: [aPod("notebook", "rack-1-n0", { fleet: null })],
    };
    expect(callBacks(view([strange]))).toEqual([]);
    const racks = [aLentRack("rack-1", { gang: "big" }), aLentRack("rack-2")];
    const gangsElsewhere = ["agents/big"];
    expect(nameOf(chooseCallBack(view(racks, { gangsElsewhere })))).toBe("rack-2");
  });

  it("twice", () => {
    const racks = [aLentRack("rack-1")];
    const going = anIntent({ direction: "Reclaim", rack: "rack-1", phase: "Pending" });
    expect(nameOf(chooseCallBack(view(racks, { intents: [going] })))).toBe("no-victim");
    expect(openReclaims("gb200-east", [going])).toEqual([going]);
    expect(openReclaims("gb200-west", [going])).toEqual([]);
  });

  it("whatever there is, while any rack of its gangs is within its tenure", () => {
    const some = fc.array(
      fc.record({ gang: fc.constantFrom("big", "small", null), agoMin: fc.nat({ max: 240 }) }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(some, (drawn) => {
        const racks = drawn.map(({ gang, agoMin }, n) =>
          aLentRack(`rack-${n}`, {
            gang,
            node: { lentAt: after(NOW, millis(-agoMin * MINUTE_MS)) },
          }),
        );
        const found = chooseCallBack(view(racks));
        if ("code" in found) return;
        const named = new Set(found.victimNodeUids);
        const concerned = racks.flatMap(({ nodes }) => nodes.filter(({ uid }) => named.has(uid)));
        const latest = Math.max(...concerned.map(({ lentAt = LONG_AGO }) => lentAt));
        expect(latest + 2 * HOUR_MS).toBeLessThanOrEqual(NOW);
        const gangs = new Set(found.gangs.map(({ id }) => id));
        const left = racks
          .filter(({ nodes }) => nodes.every(({ uid }) => !named.has(uid)))
          .flatMap(({ pods }) => pods.map(({ loan }) => `agents/${loan?.gang}`));
        expect(left.filter((id) => gangs.has(id))).toEqual([]);
      }),
    );
  });
});
