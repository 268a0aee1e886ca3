import { describe, expect, it } from "vitest";
import { answeringPods } from "../../../../src/core/cache/diagnosis/answering.ts";
import type { RackObservation } from "../../../../src/core/observation.ts";
import { after, millis } from "../../../../src/core/units.ts";
import { CODER, NOW, aPod, aRack } from "../../../support/builders/observed.ts";

const since = after(NOW, millis(-60_000));
const OTHER = "agents/chat";
const racks: readonly RackObservation[] = [
  aRack("r1", { pods: 2 }),
  {
    ...aRack("r2", { pods: 0 }),
    pods: [
      aPod("young", "r2-n0", { readySince: since }),
      aPod("other", "r2-n1", { fleet: OTHER }),
      aPod("starting", "r2-n2", { ready: false, readySince: null }),
      aPod("batch", "r2-n3", { fleet: null }),
    ],
  },
];

describe("engines that answer", () => {
  it("are those of the fleet that are ready, over all racks", () => {
    const names = (fleet: typeof CODER) =>
      answeringPods(racks)
        .get(fleet)
        ?.map(({ pod }) => pod);
    expect(names(CODER)).toEqual(["r1-p0", "r1-p1", "young"]);
    expect(names(OTHER)).toEqual(["other"]);
  });

  it("are known with the time since when they do", () => {
    const found = answeringPods(racks)
      .get(CODER)
      ?.find(({ pod }) => pod === "young");
    expect(found).toEqual({ pod: "young", since });
  });

  it("are nobody's where there are none", () => {
    expect(answeringPods([]).get(CODER)).toBeUndefined();
  });
});
