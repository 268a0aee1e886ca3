import { describe, expect, it } from "vitest";
import { hold } from "../../../src/core/gate/guard.ts";
import { reason } from "../../../src/core/reasons.ts";

describe("a hold", () => {
  it("carries its reason", () => {
    expect(hold(reason("stockout"))).toEqual({ kind: "Hold", reason: reason("stockout") });
  });
});
