import { describe, expect, it } from "vitest";
import { clearestOf, steadyCause } from "../../../../src/core/cache/diagnosis/steady.ts";
import type { NamedCause } from "../../../../src/core/cache/diagnosis/steady.ts";
import type { CacheCause, CauseShare } from "../../../../src/core/decision.ts";
import { ratio } from "../../../../src/core/units.ts";

const shares = (parts: Partial<Record<CacheCause, number>>): readonly CauseShare[] =>
  (
    [
      ["prompt-instability", parts["prompt-instability"]],
      ["routing-spread", parts["routing-spread"]],
      ["workload-shift", parts["workload-shift"]],
    ] as const
  )
    .flatMap(([cause, share]) => (share === undefined ? [] : [{ cause, shareOfGap: ratio(share) }]))
    .toSorted((a, b) => b.shareOfGap - a.shareOfGap);

describe("the clearest cause", () => {
  it.each([
    ["one alone", { "routing-spread": 1 }, "routing-spread"],
    ["the larger of two", { "routing-spread": 0.6, "prompt-instability": 0.4 }, "routing-spread"],
    ["neither of two alike", { "routing-spread": 0.52, "prompt-instability": 0.48 }, "cannot-tell"],
    ["none that explains too little", { "routing-spread": 0.3 }, "cannot-tell"],
    ["none of none", {}, "cannot-tell"],
  ] as const)("is %s", (_, parts, cause) => {
    expect(clearestOf(shares(parts), 0.4)).toBe(cause);
  });
});

describe("a named cause", () => {
  const named = (cause: CacheCause): NamedCause => ({ cause, rival: null });

  it("is at first what is clearest", () => {
    expect(steadyCause(undefined, "routing-spread")).toEqual(named("routing-spread"));
  });

  it("gives way to a rival after three reviews in a row, not before", () => {
    let now = named("prompt-instability");
    const seen = Array.from({ length: 3 }, () => {
      now = steadyCause(now, "routing-spread");
      return now.cause;
    });
    expect(seen).toEqual(["prompt-instability", "prompt-instability", "routing-spread"]);
  });

  it("does not give way to rivals that take turns, or to doubt", () => {
    let now = named("prompt-instability");
    for (const best of ["routing-spread", "prompt-instability", "cannot-tell"] as const) {
      for (let review = 0; review < 2; review += 1) now = steadyCause(now, best);
      expect(now.cause).toBe("prompt-instability");
    }
  });
});
