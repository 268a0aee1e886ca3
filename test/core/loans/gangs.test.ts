import { describe, expect, it } from "vitest";
import {
  gangId,
  gangsElsewhere,
  gangsOn,
  isOfLoan,
  spannedRacks,
} from "../../../src/core/loans/gangs.ts";
import type { PodLoan, PodObservation } from "../../../src/core/observation.ts";
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

describe("a gang runs elsewhere", () => {
  const member = (changes: Partial<PodObservation> = {}, loan: Partial<PodLoan> = {}) =>
    aPod("head", "west-1-n0", {
      fleet: null,
      loan: { pools: [POOL], gang: "big", ...loan },
      ...changes,
    });
  it.each([
    ["where a pod of it holds GPUs on a node of none of the racks", member(), ["agents/big"]],
    ["not where that one holds none: a launcher", member({}, { light: true }), []],
    ["not where that one is ending", member({ terminating: true }), []],
    ["not for a gang that is on none of them", member({}, { gang: "other" }), []],
    ["not for another team's of the name", member({ namespace: "research" }), []],
    ["not for another pool's loan", member({}, { pools: ["gb200-west"] }), []],
  ])("%s", (_what, pod, expected) => {
    const pods = [...racks.flatMap((rack) => rack.pods), pod];
    expect(gangsElsewhere(POOL, racks, pods)).toEqual(expected);
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
