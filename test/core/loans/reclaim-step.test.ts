import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gangId, isOfLoan } from "../../../src/core/loans/gangs.ts";
import { podsToGo, reclaimStep } from "../../../src/core/loans/reclaim-step.ts";
import type { ReclaimView } from "../../../src/core/loans/reclaim-step.ts";
import type { Intent, RackObservation } from "../../../src/core/observation.ts";
import { reason } from "../../../src/core/reasons.ts";
import { HOUR_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import {
  FENCE,
  LONG_AGO,
  aFencedRack,
  aLentRack,
  someTerms,
} from "../../support/builders/loans.ts";
import { NOW, aNode, aPod, anIntent } from "../../support/builders/observed.ts";

const fenced = (rack: RackObservation): RackObservation => ({
  ...rack,
  nodes: rack.nodes.map(({ lentAt: _lentAt, ...node }) => ({ ...node, fenced: true })),
});
const uidsOf = (...racks: readonly RackObservation[]) =>
  racks.flatMap(({ nodes }) => nodes.map(({ uid }) => uid));

const aReclaim = (changes: Partial<Intent> = {}): Intent =>
  anIntent({
    name: "gb200-east-reclaim-1",
    direction: "Reclaim",
    toRacksAtMost: rackCount(4),
    rack: "rack-2",
    victimNodeUids: uidsOf(aLentRack("rack-2")),
    drainDeadline: after(NOW, HOUR_MS),
    ...changes,
  });

const view = (
  racks: readonly RackObservation[],
  changes: Partial<ReclaimView> = {},
): ReclaimView => ({
  now: NOW,
  loan: someTerms(),
  racks,
  intents: [],
  cancel: null,
  ...changes,
});

const SPANNING = [aLentRack("rack-2", { gang: "big" }), aLentRack("rack-3", { gang: "big" })];
const BOTH = aReclaim({ victimNodeUids: uidsOf(...SPANNING) });

describe("calling a rack back", () => {
  it("fences every node first", () => {
    expect(reclaimStep(aReclaim(), view([aLentRack("rack-2")]))).toMatchObject({
      kind: "Act",
      actions: [
        { kind: "Fence", taint: FENCE, nodes: [{ name: "rack-2-n0" }, { name: "rack-2-n1" }] },
      ],
    });
  });

  it("fences the node that is left before it evicts anything", () => {
    const rack = fenced(aLentRack("rack-2"));
    const half = {
      ...rack,
      nodes: rack.nodes.map((node, n) => (n === 0 ? node : aNode(node.name))),
    };
    expect(reclaimStep(aReclaim(), view([half]))).toMatchObject({
      actions: [{ kind: "Fence", nodes: [{ name: "rack-2-n1" }] }],
    });
  });

  it("then evicts with the loan's grace, each pod once", () => {
    const step = reclaimStep(aReclaim(), view([fenced(aLentRack("rack-2"))]));
    expect(step).toMatchObject({
      actions: [{ kind: "Evict", graceMs: someTerms().graceMs, pods: [{}, {}] }],
    });
    const ending = fenced(aLentRack("rack-2", { pod: { terminating: true } }));
    expect(reclaimStep(aReclaim(), view([ending]))).toMatchObject({
      kind: "Wait",
      reason: { code: "loan-grace" },
    });
  });

  it("is done once none of the loan's pods is left, and not before", () => {
    const step = reclaimStep(aReclaim(), view([aFencedRack("rack-2")]));
    expect(step).toMatchObject({ kind: "Done", reason: { code: "loan-back" } });
  });

  it("a gang of two racks goes whole, its pods on the other rack first", () => {
    const racks = SPANNING.map(fenced);
    const step = reclaimStep(BOTH, view(racks));
    const evicted = step.kind === "Act" ? step.actions : [];
    expect(evicted).toMatchObject([
      {
        kind: "Evict",
        pods: [
          { name: "rack-3-p0" },
          { name: "rack-3-p1" },
          { name: "rack-2-p0" },
          { name: "rack-2-p1" },
        ],
      },
    ]);
  });

  it("the other rack is the loan's again once the gang is gone", () => {
    const racks = [aFencedRack("rack-2"), aFencedRack("rack-3")];
    expect(reclaimStep(BOTH, view(racks))).toMatchObject({
      kind: "Act",
      actions: [
        { kind: "Unfence", at: NOW, nodes: [{ name: "rack-3-n0" }, { name: "rack-3-n1" }] },
      ],
    });
    const done = [aFencedRack("rack-2"), aLentRack("rack-3", { gang: "big" })];
    expect(reclaimStep(BOTH, view(done))).toMatchObject({ kind: "Done" });
  });

  it("unless another decision calls that one back", () => {
    const other = aReclaim({ name: "gb200-east-reclaim-2", rack: "rack-3", phase: "Executing" });
    const racks = [aFencedRack("rack-2"), aFencedRack("rack-3")];
    const step = reclaimStep(BOTH, view(racks, { intents: [BOTH, other] }));
    expect(step).toMatchObject({ kind: "Done" });
  });

  it.each([
    ["a person says no", view([fenced(aLentRack("rack-2"))], { cancel: reason("rejected") })],
    [
      "a stranger's pod is there",
      view([
        fenced({
          ...aLentRack("rack-2"),
          pods: [aPod("notebook", "rack-2-n0", { fleet: null })],
        }),
      ]),
    ],
    ["its deadline is over", view([fenced(aLentRack("rack-2"))], { now: after(NOW, HOUR_MS) })],
    [
      "a gang has grown onto a rack that is not named",
      view([fenced(aLentRack("rack-2", { gang: "big" })), aLentRack("rack-9", { gang: "big" })]),
    ],
    [
      "a gang has grown beyond the pool",
      view([fenced(aLentRack("rack-2", { gang: "big" }))], { gangsElsewhere: ["agents/big"] }),
    ],
  ])("is given up and lent anew where %s", (_why, seen) => {
    expect(reclaimStep(aReclaim(), seen)).toMatchObject({
      kind: "Cancel",
      restore: [{ kind: "Unfence", nodes: [{ name: "rack-2-n0" }, { name: "rack-2-n1" }] }],
    });
  });

  it("pods of a gang's next life elsewhere are left alone", () => {
    const racks = [
      fenced(aLentRack("rack-2", { gang: "big", pod: { terminating: true } })),
      aLentRack("rack-9", { gang: "big" }),
    ];
    expect(reclaimStep(aReclaim(), view(racks))).toMatchObject({ kind: "Wait" });
  });
});

/** Any two racks, fenced in part, gangs over both or not, pods ending or not. */
const someRacks = fc
  .array(
    fc.record({
      fenced: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
      gang: fc.constantFrom("big", "small", null),
      ending: fc.boolean(),
    }),
    { minLength: 2, maxLength: 4 },
  )
  .map((drawn) =>
    drawn.map(({ fenced: marks, gang, ending }, n) => {
      const rack = aLentRack(`rack-${n}`, { gang, pod: { terminating: ending } });
      const nodes = rack.nodes.map(({ lentAt: _lentAt, ...node }, index) =>
        marks[index] ? { ...node, fenced: true as const } : { ...node, lentAt: LONG_AGO },
      );
      return { ...rack, nodes };
    }),
  );

describe("whatever the racks look like", () => {
  const intentOn = (racks: readonly RackObservation[]): Intent =>
    aReclaim({ rack: "rack-0", victimNodeUids: uidsOf(...racks) });

  it("nothing is evicted before the fence is seen on every node that is named", () => {
    fc.assert(
      fc.property(someRacks, (racks) => {
        const step = reclaimStep(intentOn(racks), view(racks));
        const evicts = step.kind === "Act" && step.actions.some(({ kind }) => kind === "Evict");
        const all = racks.every(({ nodes }) => nodes.every((node) => node.fenced === true));
        expect(!evicts || all).toBe(true);
      }),
    );
  });

  it("a gang is evicted whole: of its pods none that runs is left out", () => {
    fc.assert(
      fc.property(someRacks, (drawn) => {
        const racks = drawn.map(fenced);
        const step = reclaimStep(intentOn(racks), view(racks));
        const actions = step.kind === "Act" ? step.actions : [];
        const going = actions.flatMap((action) => (action.kind === "Evict" ? action.pods : []));
        const uids = new Set(going.map(({ uid }) => uid));
        const pods = racks.flatMap((rack) => rack.pods);
        const gangs = new Set(pods.filter(({ uid }) => uids.has(uid)).map(gangId));
        const left = pods.filter(
          (pod) => gangs.has(gangId(pod)) && !pod.terminating && !uids.has(pod.uid),
        );
        expect(left).toEqual([]);
      }),
    );
  });

  it("only pods of the loan go, and those of the rack last", () => {
    fc.assert(
      fc.property(someRacks, (racks) => {
        const pods = podsToGo(intentOn(racks), racks);
        expect(pods.every((pod) => isOfLoan(pod, "gb200-east"))).toBe(true);
        const own = pods.map(({ node }) => node.startsWith("rack-0-"));
        expect(own).toEqual(own.toSorted((a, b) => Number(a) - Number(b)));
      }),
    );
  });

  it("a deadline that is long over ends it", () => {
    fc.assert(
      fc.property(someRacks, (racks) => {
        const late = view(racks, { now: after(NOW, millis(2 * HOUR_MS)) });
        expect(reclaimStep(intentOn(racks), late).kind).toBe("Cancel");
      }),
    );
  });
});
