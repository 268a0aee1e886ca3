import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cheapestPath } from "../../src/oracle/cheapest-path.ts";
import type { PathProblem } from "../../src/oracle/cheapest-path.ts";

/** A rack costs 1 a step; a step with too few racks costs 10 for each that is missing. */
const needing = (needs: readonly number[], changes: Partial<PathProblem> = {}): PathProblem => ({
  startRacks: 1,
  minRacks: 1,
  capacity: needs.map(() => 3),
  leadSteps: 2,
  grantSteps: 0,
  warmSteps: 0,
  drainSteps: 1,
  rackCost: 1,
  missCost: (step, racks) => 10 * Math.max(0, (needs[step] ?? 0) - racks),
  ...changes,
});

const serviceOf = (problem: PathProblem): string =>
  cheapestPath(problem)
    .steps.map(({ inService }) => inService)
    .join(" ");

describe("the cheapest path, worked out by hand", () => {
  it.each<[string, PathProblem, string, number]>([
    ["nothing is asked for where one rack is enough", needing([1, 1, 1]), "1 1 1", 3],
    // Ordered at step 1: 1 + 2 + 2 + 2 racks held.
    ["a rack is ordered its lead time ahead", needing([1, 1, 1, 2]), "1 1 1 2", 7],
    // Ordered at once it serves at step 2; step 0 and 1 miss 20.
    ["what comes at once is met when the rack does", needing([2, 2, 2, 2]), "1 1 2 2", 8 + 20],
    // Two steps of a rack, 2 and 1 of it in flight: 3 more, against a miss of 2 only.
    [
      "a rack that is worth less than its way is not ordered",
      needing([1, 1, 1, 2], { missCost: (step, racks) => (step === 3 && racks < 2 ? 2 : 0) }),
      "1 1 1 1",
      4 + 2,
    ],
    // As above but the order costs nothing until it is granted after a step.
    [
      "until it is granted an order is free",
      needing([1, 1, 1, 2], { grantSteps: 1 }),
      "1 1 1 2",
      6,
    ],
    // Given back at step 0, drained for one step: 1 + 1 + 1 and 1 for the drain.
    ["what is too much is given back", needing([1, 1, 1], { startRacks: 2 }), "1 1 1", 4],
    [
      "and only when the drain before it has had its time",
      needing([1, 1, 1, 1, 1], { startRacks: 3, drainSteps: 2 }),
      "2 2 1 1 1",
      2 + 2 + 2 + 1 + 2 + 1 + 1,
    ],
    ["but never below the least", needing([0, 0, 0]), "1 1 1", 3],
    // Kept through the lull: 2 more steps, where a way back would cost a drain and two in flight.
    [
      "a rack is kept over a lull that is shorter than its way back",
      needing([2, 1, 1, 2], { startRacks: 2 }),
      "2 2 2 2",
      8,
    ],
    [
      "beyond what the pool has nothing is ordered",
      needing([1, 1, 3, 3], { capacity: [2, 2, 2, 2] }),
      "1 1 2 2",
      8 + 20,
    ],
    [
      "a rack beyond what the pool has left is lost",
      needing([2, 2, 1], { startRacks: 2, capacity: [2, 1, 1] }),
      "2 1 1",
      4 + 10,
    ],
  ])("%s", (_, problem, service, cost) => {
    expect(serviceOf(problem)).toBe(service);
    expect(cheapestPath(problem).cost).toBeCloseTo(cost, 9);
  });

  it("counts on a new rack's cache only when it is warm", () => {
    const cold: number[][] = [];
    const problem = needing([1, 1, 1, 2, 2, 2], {
      capacity: [2, 2, 2, 2, 2, 2],
      warmSteps: 2,
      missCost: (step, racks, cachedRacks) => {
        if (cachedRacks < racks) cold.push([step, racks, cachedRacks]);
        return 10 * Math.max(0, (step > 2 ? 2 : 1) - (racks + cachedRacks) / 2);
      },
    });
    // Worth half a rack for two steps, it is ordered as early as it can be.
    expect(serviceOf(problem)).toBe("1 1 2 2 2 2");
    expect(cold).toContainEqual([3, 2, 1]);
  });

  it("says what was done when", () => {
    const { steps } = cheapestPath(needing([1, 1, 2, 1, 1, 1]));
    expect(steps.map(({ ordered }) => ordered)).toEqual([1, 0, 0, 0, 0, 0]);
    expect(steps.map(({ inFlight }) => inFlight)).toEqual([1, 1, 0, 0, 0, 0]);
    expect(steps.map(({ released }) => released)).toEqual([0, 0, 0, 1, 0, 0]);
  });

  it.each([
    ["no lead time", { leadSteps: 0 }, "a lead time or drain is shorter than a step"],
    ["more racks than a byte holds", { startRacks: 255 }, "found more than 254 racks"],
  ])("refuses %s", (_, changes, text) => {
    expect(() => cheapestPath(needing([1], changes))).toThrow(text);
  });
});

/** One way of going on, told as people would: racks that are there, and one convoy on its way. */
interface Standing {
  readonly racks: number;
  readonly convoy: number;
  readonly orderedAt: number;
}

/** Tries everything, without a table. */
function exhaustive(problem: PathProblem, step: number, before: Standing): number {
  if (step === problem.capacity.length) return 0;
  const standing = lost(problem, step, settled(problem, step, before));
  const costs = choices(problem, step, standing).map(({ next, paid }) => {
    const age = step - next.orderedAt;
    const serving = next.convoy > 0 && age >= problem.leadSteps ? next.convoy : 0;
    const charged = next.convoy > 0 && age >= problem.grantSteps ? next.convoy : 0;
    const held = (next.racks + charged) * problem.rackCost;
    const missed = problem.missCost(step, next.racks + serving, next.racks);
    return paid + held + missed + exhaustive(problem, step + 1, next);
  });
  return Math.min(...costs);
}

function settled({ leadSteps, warmSteps }: PathProblem, step: number, now: Standing): Standing {
  if (now.convoy === 0 || step - now.orderedAt < leadSteps + warmSteps) return now;
  return { racks: now.racks + now.convoy, convoy: 0, orderedAt: 0 };
}

function lost({ capacity }: PathProblem, step: number, now: Standing): Standing {
  const room = capacity[step] ?? 0;
  const racks = Math.min(room, now.racks);
  return { ...now, racks, convoy: Math.min(now.convoy, room - racks) };
}

function choices(
  { capacity, drainSteps, leadSteps, minRacks, rackCost }: PathProblem,
  step: number,
  now: Standing,
): readonly { readonly next: Standing; readonly paid: number }[] {
  const arrived = now.convoy > 0 && step - now.orderedAt >= leadSteps;
  const racks = arrived ? now.racks + now.convoy : now.racks;
  const convoy = arrived ? 0 : now.convoy;
  const room = (capacity[step] ?? 0) - now.racks - now.convoy;
  const orders = Array.from({ length: Math.max(0, room) }, (_, more) => ({
    next: { racks, convoy: convoy + more + 1, orderedAt: step },
    paid: 0,
  }));
  const gives = now.convoy === 0 && now.racks > minRacks && step % drainSteps === 0;
  const given = { next: { ...now, racks: now.racks - 1 }, paid: drainSteps * rackCost };
  return [{ next: now, paid: 0 }, ...orders, ...(gives ? [given] : [])];
}

const aTable = fc.array(fc.nat({ max: 12 }), { minLength: 16, maxLength: 16 });

const aProblem: fc.Arbitrary<PathProblem> = fc
  .record({
    startRacks: fc.nat({ max: 3 }),
    minRacks: fc.nat({ max: 1 }),
    capacity: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 6 }),
    leadSteps: fc.integer({ min: 1, max: 3 }),
    grantSteps: fc.nat({ max: 1 }),
    warmSteps: fc.nat({ max: 2 }),
    drainSteps: fc.integer({ min: 1, max: 2 }),
    rackCost: fc.constantFrom(0.5, 1, 3),
    tables: fc.array(aTable, { minLength: 6, maxLength: 6 }),
  })
  .map(({ tables, ...rest }) => ({
    ...rest,
    missCost: (step, racks, cached) => tables[step]?.[racks * 4 + cached] ?? 0,
  }));

describe("the cheapest path", () => {
  it("always costs what the best of all ways costs", () => {
    fc.assert(
      fc.property(aProblem, (problem) => {
        const start = { racks: problem.startRacks, convoy: 0, orderedAt: 0 };
        expect(cheapestPath(problem).cost).toBeCloseTo(exhaustive(problem, 0, start), 9);
      }),
    );
  });

  it("always holds no more racks than there are, and gives back one at a time", () => {
    fc.assert(
      fc.property(aProblem, (problem) => {
        for (const [step, { inService, inFlight, released }] of cheapestPath(
          problem,
        ).steps.entries()) {
          expect(inService + inFlight).toBeLessThanOrEqual(problem.capacity[step] ?? 0);
          expect(released).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("never costs less with a longer lead time", () => {
    fc.assert(
      fc.property(aProblem, (problem) => {
        const slower = { ...problem, leadSteps: problem.leadSteps + 1, warmSteps: 0 };
        const cost = cheapestPath({ ...problem, warmSteps: 0 }).cost;
        expect(cheapestPath(slower).cost).toBeGreaterThanOrEqual(cost - 1e-9);
      }),
    );
  });
});
