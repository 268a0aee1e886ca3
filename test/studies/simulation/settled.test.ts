import { describe, expect, it } from "vitest";
import { settled } from "../../../src/studies/simulation/settled.ts";

describe("a tick", () => {
  it("may need as many microtasks as it likes", async () => {
    const work = async (): Promise<void> => {
      for (let i = 0; i < 1_000; i += 1) await Promise.resolve();
    };
    await expect(settled(work(), "tick")).resolves.toBeUndefined();
  });

  it("must not wait for anything else", async () => {
    const never = new Promise<void>(() => {});
    await expect(settled(never, "the tick of 00:15")).rejects.toThrow(
      "the tick of 00:15 has not settled",
    );
  });

  it("fails as its work does", async () => {
    await expect(settled(Promise.reject(new Error("no such pool")), "tick")).rejects.toThrow(
      "no such pool",
    );
  });
});
