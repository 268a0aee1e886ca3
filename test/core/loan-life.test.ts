import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action } from "../../src/core/decision.ts";
import { isOfLoan } from "../../src/core/loans/gangs.ts";
import { tenureEnd } from "../../src/core/loans/lent.ts";
import type { GroupObservation, RackObservation } from "../../src/core/observation.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS, after, millis, rackCount } from "../../src/core/units.ts";
import { aSmallFleet } from "../support/builders/compiled.ts";
import {
  aFencedRack,
  aLentRack,
  aLoanGroup,
  aLoanWorld,
  aServingRack,
  someTerms,
} from "../support/builders/loans.ts";
import { NOW, aFleetObservation, aLoad, someSignals } from "../support/builders/observed.ts";
import { aFleetMemory, aMemory, aPoolMemory } from "../support/builders/remembered.ts";
import { runLoan } from "../support/model/loan-run.ts";
import type { LoanRunInput, LoanTick } from "../support/model/loan-run.ts";

/** One rack suffices for the load; a rack may go a minute after it was last wanted. */
const FLEET = aSmallFleet({
  behavior: { ...aSmallFleet().behavior, scaleInStabilizationMs: MINUTE_MS },
});
const GROUP = aLoanGroup({}, FLEET);
const quiet = (world: GroupObservation): GroupObservation => ({
  ...world,
  fleets: [aFleetObservation({ signals: someSignals(aLoad(1)) })],
});

const run = (changes: Partial<LoanRunInput>): readonly LoanTick[] =>
  runLoan({
    group: GROUP,
    world: quiet(aLoanWorld()),
    memory: aMemory(aFleetMemory()),
    floors: Array.from({ length: 12 }, () => null),
    ...changes,
  });
const always = (floor: number | null, ticks: number) => Array.from({ length: ticks }, () => floor);

const planned = (ticks: readonly LoanTick[]): readonly Action[] =>
  ticks.flatMap(({ decision }) => decision.plan);
const opened = (ticks: readonly LoanTick[]): readonly string[] =>
  planned(ticks).flatMap((action) =>
    action.kind === "OpenIntent" ? [`${action.intent.direction} ${action.intent.rack}`] : [],
  );
function last(ticks: readonly LoanTick[]): GroupObservation {
  const end = ticks.at(-1);
  if (end === undefined) throw new Error("a life has a tick");
  return end.before;
}
const racksOf = ({ pools }: GroupObservation): readonly RackObservation[] =>
  pools.flatMap(({ racks }) => racks);
const lentIn = (world: GroupObservation): readonly string[] =>
  racksOf(world)
    .filter(({ nodes }) => nodes.some(({ lentAt }) => lentAt !== undefined))
    .map(({ id }) => id);

describe("a fleet that needs racks that are on loan", () => {
  const surge = (changes: Partial<LoanRunInput> = {}) => run({ floors: always(4, 10), ...changes });

  it("has them called back, and none is bought", () => {
    const ticks = surge();
    expect(opened(ticks)).toEqual(["Reclaim rack-2", "Reclaim rack-3"]);
    expect(planned(ticks).some(({ kind }) => kind === "SetCount")).toBe(false);
    expect(lentIn(last(ticks))).toEqual([]);
    expect(racksOf(last(ticks)).every(({ pods }) => pods.some(({ fleet }) => fleet !== null))).toBe(
      true,
    );
  });

  it("in that order: fence, evict, back", () => {
    const steps = planned(surge())
      .filter((action) => action.kind !== "OpenIntent" && action.intent.endsWith("reclaim-1"))
      .map((action) => (action.kind === "SetPhase" ? action.phase : action.kind));
    expect(steps).toEqual(["Executing", "Fence", "Evict", "Done"]);
  });

  it("buys only what the loan does not have", () => {
    const ticks = surge({ floors: always(6, 10) });
    expect(opened(ticks)).toEqual(["Reclaim rack-2", "Reclaim rack-3", "Out null"]);
    expect(planned(ticks).find(({ kind }) => kind === "SetCount")).toMatchObject({ to: 6 });
  });

  it("has the rack first that breaks no gang", () => {
    const racks = [
      aServingRack("rack-0"),
      aServingRack("rack-1"),
      aLentRack("rack-2"),
      { ...aLentRack("rack-3"), pods: [] },
    ];
    expect(opened(surge({ world: quiet(aLoanWorld(racks)), floors: always(3, 4) }))).toEqual([
      "Reclaim rack-3",
    ]);
  });

  it("waits for a person where growth is for a person to confirm", () => {
    const mode = { scaleOut: "Approve" as const, scaleIn: "Auto" as const };
    const ticks = surge({ group: { ...GROUP, fleets: [{ ...FLEET, mode }] } });
    expect(planned(ticks).some(({ kind }) => kind === "Fence" || kind === "Evict")).toBe(false);
  });

  it("gets none of them while it needs none", () => {
    expect(opened(surge({ floors: always(null, 5) }))).not.toContain("Reclaim rack-2");
  });
});

describe("racks that no fleet wants", () => {
  const IDLE = [0, 1, 2, 3].map((n) => aServingRack(`rack-${n}`));
  const calm = (changes: Partial<LoanRunInput> = {}) =>
    run({ world: quiet(aLoanWorld(IDLE)), floors: always(null, 40), ...changes });

  it("are lent as far as the loan may have them, one after the other, and the count stays", () => {
    const ticks = calm();
    expect(lentIn(last(ticks))).toHaveLength(2);
    expect(opened(ticks).filter((open) => open.startsWith("In"))).toEqual([]);
    expect(planned(ticks).some(({ kind }) => kind === "SetCount")).toBe(false);
  });

  it("are drained first: no pod of the fleet is on a rack that is lent", () => {
    const steps = planned(calm())
      .filter((action) => action.kind !== "OpenIntent" && action.intent.endsWith("lend-1"))
      .map((action) => (action.kind === "SetPhase" ? action.phase : action.kind));
    expect(steps).toEqual(["Executing", "Cordon", "Evict", "Unfence", "Uncordon", "Done"]);
  });

  it.each([
    ["what is guaranteed stays", { loan: someTerms({ max: rackCount(9) }) }, 3],
    [
      "what costs money is given back, not lent",
      { supply: { kind: "Reserved" as const, committedRacks: rackCount(0), windows: [] } },
      0,
    ],
  ])("%s", (_what, pool, lent) => {
    const group = { ...GROUP, pools: GROUP.pools.map((each) => ({ ...each, ...pool })) };
    expect(lentIn(last(calm({ group, floors: always(null, 80) })))).toHaveLength(lent);
  });

  it("stay where a schedule needs them before they could be had back", () => {
    const launch = {
      name: "launch",
      readyFrom: after(NOW, millis(2 * HOUR_MS)),
      from: after(NOW, millis(2 * HOUR_MS)),
      until: after(NOW, millis(4 * HOUR_MS)),
      floorRacks: rackCount(4),
      factor: null,
    };
    const group = { ...GROUP, fleets: [{ ...FLEET, schedule: [launch] }] };
    const ticks = calm({ group });
    expect(lentIn(last(ticks))).toEqual([]);
    const said = ticks.flatMap(({ decision }) => decision.fleets.flatMap(({ reasons }) => reasons));
    expect(said.map(({ code }) => code)).toContain("loan-needed-soon");
  });
});

describe("a rack that was lent a while ago", () => {
  const lentAt = after(NOW, millis(-30 * MINUTE_MS));
  const young = [
    aServingRack("rack-0"),
    aServingRack("rack-1"),
    aLentRack("rack-2", { node: { lentAt } }),
  ];

  it("is the loan's till its tenure is over; a person's floor alone has it sooner", () => {
    const racks = { ...FLEET.racks, min: rackCount(3) };
    const group = { ...GROUP, fleets: [{ ...FLEET, racks }] };
    const world = quiet(aLoanWorld(young));
    const memory = aMemory(aFleetMemory(), aPoolMemory(3));
    const ticks = run({ group, world, memory, floors: always(null, 6) });
    expect(opened(ticks).filter((open) => open.startsWith("Reclaim"))).toEqual([]);
    expect(opened(ticks)).toContain("Out null");
    const asked = run({ group, world, memory, floors: always(8, 6) });
    expect(opened(asked)).toContain("Reclaim rack-2");
  });
});

/** What a person wants of racks over two hours, in stretches. */
const someFloors = fc
  .array(fc.record({ floor: fc.constantFrom(null, 1, 2, 3, 4, 6), ticks: fc.nat({ max: 12 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((stretches) => stretches.flatMap(({ floor, ticks }) => always(floor, ticks)));
const someWorld = fc
  .array(fc.constantFrom("serving", "lent", "spanning", "fenced"), { minLength: 4, maxLength: 4 })
  .map((kinds) =>
    kinds.map((kind, n) => {
      const id = `rack-${n}`;
      if (kind === "serving") return aServingRack(id);
      if (kind === "fenced") return aFencedRack(id);
      return aLentRack(id, { gang: kind === "spanning" ? "big" : id });
    }),
  );

describe("whatever people ask for", () => {
  const lives = (check: (ticks: readonly LoanTick[]) => void): void =>
    fc.assert(
      fc.property(
        someFloors,
        someWorld,
        fc.integer({ min: 0, max: 4 }),
        (floors, racks, saving) => {
          check(run({ floors, saving, world: quiet(aLoanWorld(racks)) }));
        },
      ),
      { numRuns: 25 },
    );

  it("no pod of the loan is told to go before the fence is seen on all its nodes", () => {
    lives((ticks) => {
      for (const { before, decision } of ticks) {
        const pods = decision.plan.flatMap((action) =>
          action.kind === "Evict" && action.graceMs !== undefined ? action.pods : [],
        );
        const uids = new Set(pods.map(({ uid }) => uid));
        const hit = racksOf(before).filter((rack) => rack.pods.some(({ uid }) => uids.has(uid)));
        expect(hit.every(({ nodes }) => nodes.every(({ fenced }) => fenced === true))).toBe(true);
      }
    });
  });

  it("no pod is told twice, and no gang in part", () => {
    lives((ticks) => {
      for (const { before, decision } of ticks) {
        const going = new Set(
          decision.plan.flatMap((action) =>
            action.kind === "Evict" ? action.pods.map(({ uid }) => uid) : [],
          ),
        );
        const pods = racksOf(before).flatMap((rack) => rack.pods);
        const told = pods.filter(({ uid }) => going.has(uid));
        expect(told.every(({ terminating }) => !terminating)).toBe(true);
        const gangs = new Set(told.flatMap(({ loan }) => loan?.gang ?? []));
        const left = pods.filter(
          ({ uid, loan, terminating }) =>
            loan?.gang !== undefined && gangs.has(loan.gang) && !terminating && !going.has(uid),
        );
        expect(left).toEqual([]);
      }
    });
  });

  it("a rack within its tenure is called back for a person's floor only", () => {
    lives((ticks) => {
      for (const { before, decision } of ticks) {
        for (const action of decision.plan) {
          if (action.kind !== "OpenIntent" || action.intent.direction !== "Reclaim") continue;
          const uids = new Set(action.intent.victimNodeUids);
          const young = racksOf(before).some(
            (rack) =>
              rack.nodes.some(({ uid }) => uids.has(uid)) &&
              (tenureEnd(rack, someTerms()) ?? 0) > before.now,
          );
          expect(!young || action.intent.reason.code === "override-floor").toBe(true);
        }
      }
    });
  });

  it("a rack that a fleet wants is never lent, and what is guaranteed never", () => {
    lives((ticks) => {
      for (const { before, decision } of ticks) {
        const lends = decision.plan.some(
          (action) => action.kind === "OpenIntent" && action.intent.direction === "Lend",
        );
        if (!lends) continue;
        const strange = racksOf(before).filter(
          ({ nodes, pods }) =>
            nodes.some(({ lentAt }) => lentAt !== undefined) ||
            pods.some((pod) => isOfLoan(pod, "gb200-east")),
        );
        const unlent = racksOf(before).length - strange.length;
        const awarded = decision.fleets.reduce((sum, fleet) => sum + fleet.awardedRacks, 0);
        expect(unlent - 1).toBeGreaterThanOrEqual(Math.max(1, awarded));
      }
    });
  });

  it("once they ask for everything, everything comes back and stays", () => {
    fc.assert(
      fc.property(someFloors, someWorld, (floors, racks) => {
        const ticks = run({
          // None is bought: nobody delivers here.
          floors: [...floors.map((floor) => floor && Math.min(4, floor)), ...always(4, 40)],
          world: quiet(aLoanWorld(racks)),
          tickMs: 30 * SECOND_MS,
        });
        expect(lentIn(last(ticks))).toEqual([]);
        const open = last(ticks).intents.filter(({ phase }) => phase === "Executing");
        expect(open).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});
