import { describe, expect, it } from "vitest";
import { rackOwner } from "../../../src/core/racks/rack-owner.ts";
import { CODER, aPod, aRack } from "../../support/builders/observed.ts";

describe("the owner of a rack", () => {
  const writer = { fleet: "agents/writer" } as const;
  const rack = (...pods: ReturnType<typeof aPod>[]) => ({ ...aRack("r"), pods });

  it.each([
    ["nobody, without pods", rack(), null],
    ["nobody, with strangers only", rack(aPod("p", "n", { fleet: null })), null],
    [
      "whoever has most pods",
      rack(aPod("p", "n"), aPod("q", "n", writer), aPod("r", "n", writer)),
      "agents/writer",
    ],
    ["the first by name on a tie", rack(aPod("q", "n", writer), aPod("p", "n")), CODER],
  ])("%s", (_, found, owner) => {
    expect(rackOwner(found)).toBe(owner);
  });
});
