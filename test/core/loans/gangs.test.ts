import { describe, expect, it } from "vitest";
import { gangId, gangsOn, isOfLoan, spannedRacks } from "../../../src/core/loans/gangs.ts";
import { aLentRack } from "../../support/builders/loans.ts";
import { aPod } from "../../support/builders/observed.ts";

const POOL = "gb200-east";
const [two, three, four] = [
  aLentRack("rack-2", { gang: "big" }),
  aLentRack("rack-3", { gang: "big" }),
  aLentRack("rack-4", { gang: "small" }),
];
const racks = [two, three, four];

describe("a gang", () => {
  it("has its pods on every rack it runs on, and no other's", () => {
    const [gang, none] = gangsOn(two, racks, POOL);
    expect(none).toBeUndefined();
    expect(gang?.pods.map(({ name }) => name)).toEqual([
      "rack-2-p0",
      "rack-2-p1",
      "rack-3-p0",
      "rack-3-p1",
    ]);
    expect(spannedRacks(two, gangsOn(two, racks, POOL), racks)).toEqual([three]);
    expect(spannedRacks(four, gangsOn(four, racks, POOL), racks)).toEqual([]);
  });

  it("of the same name in another namespace is another one", () => {
    const loan = { pools: [POOL], gang: "big" };
    const named = (namespace: string) => gangId(aPod("p", "n", { namespace, loan, fleet: null }));
    expect(named("team-a")).not.toBe(named("team-b"));
  });

  it("is one pod where nothing says that it is more", () => {
    const alone = aLentRack("rack-2", { gang: null });
    expect(gangsOn(alone, [alone], POOL).map(({ pods }) => pods.length)).toEqual([1, 1]);
  });
});

it("a pod belongs to the loans of the pools that select it, and to no other", () => {
  const [pod] = two.pods;
  if (pod === undefined) throw new Error("the rack has pods");
  expect([
    isOfLoan(pod, POOL),
    isOfLoan(pod, "gb200-west"),
    isOfLoan(aPod("p", "n"), POOL),
  ]).toEqual([true, false, false]);
});
