import { describe, expect, it } from "vitest";
import { overrideConditions } from "../../src/controller/override-conditions.ts";
import { rackCount } from "../../src/core/units.ts";
import { after, millis } from "../../src/core/units.ts";
import type { DesiredState, FleetOverrideOf } from "../../src/ports/fleet-store.ts";
import { aSmallFleet } from "../support/builders/compiled.ts";
import { anOverride, NOW } from "../support/builders/observed.ts";

const until = after(NOW, millis(60_000));
const about = (
  fleet: FleetOverrideOf["fleet"],
  override: Parameters<typeof anOverride>[0],
): FleetOverrideOf => ({
  fleet,
  namespace: "agents",
  override: anOverride({ until, ...override }),
});

const fleets = ["coder", "writer", "search", "chat", "draft"].map((name) =>
  aSmallFleet({ key: `agents/${name}`, name }),
);
const inForce = (asked: FleetOverrideOf, ...others: readonly FleetOverrideOf[]) => {
  const overrides = [asked, ...others];
  const desired: DesiredState = { pools: [], fleets, overrides, problems: [], broken: [] };
  const [ready, told] = overrideConditions(asked, desired, NOW);
  expect(ready).toMatchObject({ type: "Ready", status: "True" });
  expect(told?.type).toBe("InForce");
  return [told?.status, told?.reason, told?.message];
};

const CEILING = about("agents/coder", { name: "low", ceilingRacks: rackCount(3) });

describe("the condition InForce of an override", () => {
  it("is true with what it brings about", () => {
    expect(inForce(CEILING)).toEqual(["True", "InForce", "agents/coder: at most 3 racks."]);
  });

  it("names what is stricter, where all of it gives way", () => {
    const higher = about("agents/coder", { name: "high", ceilingRacks: rackCount(5) });
    expect(inForce(higher, CEILING)).toEqual([
      "False",
      "Superseded",
      "Gives way: agents/coder: ceilingRacks 5: FleetOverride low allows 3.",
    ]);
  });

  it("of every fleet is true where it acts on one, and tells of few by name", () => {
    const all = about("agents/*", { name: "all", ceilingRacks: rackCount(5) });
    expect(inForce(all, CEILING)).toEqual([
      "True",
      "InForce",
      "agents/writer: at most 5 racks. agents/search: at most 5 racks. agents/chat: at most 5 " +
        "racks. And 1 more. Gives way: agents/coder: ceilingRacks 5: FleetOverride low " +
        "allows 3.",
    ]);
  });

  it("is false once it has ended, and for a fleet that is not there", () => {
    expect(inForce(about("agents/coder", { until: NOW })).slice(0, 2)).toEqual(["False", "Ended"]);
    expect(inForce(about("agents/nobody", {}))).toEqual([
      "False",
      "NoSuchFleet",
      "Found no InferenceFleet agents/nobody: name one that exists.",
    ]);
  });

  it("does not count one that has ended against another", () => {
    const over = about("agents/coder", { name: "over", until: NOW, ceilingRacks: rackCount(1) });
    expect(inForce(CEILING, over)[1]).toBe("InForce");
  });
});
