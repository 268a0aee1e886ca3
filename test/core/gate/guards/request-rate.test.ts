import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { requestRateGuard } from "../../../../src/core/gate/guards/request-rate.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { NOW } from "../../../support/builders/observed.ts";
import { aPoolMemory } from "../../../support/builders/remembered.ts";

const asked = (times: number) =>
  aGateContext({}, { poolMemory: aPoolMemory(4, { requests: Array(times).fill(NOW) }) });

/** maxRequestsPerHour is 2. */
describe("the request-rate guard", () => {
  it.each([0, 1])("passes growth after %i requests of the last hour", (times) => {
    expect(requestRateGuard.check(growthTo(7), asked(times))).toEqual(PASS);
  });

  it("holds the third: racks are asked for together, requests are what counts", () => {
    expect(requestRateGuard.check(growthTo(5), asked(2))).toMatchObject({
      kind: "Hold",
      reason: { code: "request-rate", text: expect.stringContaining("2 of 2") },
    });
  });

  it("never holds scale-in", () => {
    expect(requestRateGuard.check(A_SHRINK, asked(9))).toEqual(PASS);
  });
});
