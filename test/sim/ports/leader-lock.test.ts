import { describe, expect, it } from "vitest";
import { simulatedLeaderLock } from "../../../src/sim/ports/leader-lock.ts";

describe("the leader of a simulated world", () => {
  it("leads until it gives the lease up", async () => {
    const lock = simulatedLeaderLock();
    expect(lock.state()).toEqual({ leading: true, holder: "breakwater" });
    expect(lock.mayWrite()).toBe(true);
    await lock.release();
    expect(lock.state()).toEqual({ leading: false, holder: "" });
    expect(lock.mayWrite()).toBe(false);
  });
});
