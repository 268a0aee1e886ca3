import { describe, expect, it } from "vitest";
import type { PathStep } from "../../src/oracle/cheapest-path.ts";
import { countChanges } from "../../src/oracle/orders.ts";
import type { OrderTerms } from "../../src/oracle/orders.ts";

const MINUTE = 60_000;

/** Steps of a minute, by racks in service; a fall by one is a release. */
const aPath = (service: readonly number[]): readonly PathStep[] =>
  service.map((inService, at) => ({
    inService,
    inFlight: 0,
    warming: 0,
    ordered: 0,
    released: Math.max(0, (service[at - 1] ?? inService) - inService),
  }));

const terms = (leads: readonly number[], changes: Partial<OrderTerms> = {}): OrderTerms => ({
  stepMs: MINUTE,
  startRacks: 2,
  leadsMs: leads.map((minutes) => minutes * MINUTE),
  actuationMs: 0,
  requestsPerHour: 10,
  ...changes,
});

const asMinutes = (path: readonly PathStep[], given: OrderTerms): string =>
  countChanges(path, given)
    .map(({ atMs, racks }) => `${atMs / MINUTE}: ${racks}`)
    .join(", ");

/** Two racks until the given minute, then more; twelve minutes in all. */
const rising = (at: number, to: number): readonly PathStep[] =>
  aPath(Array.from({ length: 12 }, (_, minute) => (minute < at ? 2 : to)));

describe("the counts of a path", () => {
  it.each<[string, readonly PathStep[], OrderTerms, string]>([
    ["none where nothing changes", aPath([2, 2, 2]), terms([5]), ""],
    ["an order by its own lead time ahead", rising(8, 3), terms([5]), "3: 3"],
    [
      "and what the controller needs before it",
      rising(8, 3),
      terms([5], { actuationMs: MINUTE }),
      "2: 3",
    ],
    ["two racks, each by its own", rising(8, 4), terms([5, 3]), "3: 3, 5: 4"],
    ["two at once where the second takes longer", rising(8, 4), terms([3, 5]), "3: 4"],
    ["at the start where it is too late", rising(4, 3), terms([5]), "0: 3"],
    ["a release at its time", aPath([3, 3, 2]), terms([], { startRacks: 3 }), "2: 2"],
    [
      "no more requests an hour than are taken: the next joins the last",
      rising(10, 5),
      terms([8, 6, 3], { requestsPerHour: 2 }),
      "2: 3, 4: 5",
    ],
    [
      "an order and a release at one instant: nothing",
      aPath([3, 3, 2, 2, 3]),
      terms([2], { startRacks: 3 }),
      "2: 3",
    ],
  ])("%s", (_, path, given, expected) => {
    expect(asMinutes(path, given)).toBe(expected);
  });
});
