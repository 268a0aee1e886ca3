import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RackPhase } from "../../../src/core/decision.ts";
import type { RackSeen } from "../../../src/core/memory.ts";
import type { RackObservation } from "../../../src/core/observation.ts";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import { inBootGrace, lookAt } from "../../../src/core/racks/sightings.ts";
import type { SightingInput } from "../../../src/core/racks/sightings.ts";
import { MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { NOW, aNode, aPod, aRack } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

const ago = (minutes: number) => after(NOW, millis(-minutes * MINUTE_MS));
const uids = ({ nodes }: RackObservation) => nodes.map(({ uid }) => uid);
const aSighting = (rack: RackObservation, changes: Partial<RackSeen> = {}): RackSeen => ({
  firstAt: ago(90),
  servingAt: ago(60),
  quorumAt: ago(70),
  nodes: uids(rack),
  phase: "Serving",
  since: ago(30),
  ...changes,
});
const RACK = aRack("rack-0");
const dark = (rack: RackObservation, ready: number) => ({
  ...rack,
  pods: [],
  nodes: rack.nodes.map((node, n) => ({ ...node, ready: n < ready })),
});

const look = (changes: Partial<SightingInput> = {}) =>
  lookAt({ racks: [RACK], pool: aPool(), before: {}, orders: [], now: NOW, ...changes });

describe("a rack seen for the first time", () => {
  it("has been usable since its nodes registered, served since its oldest pod is ready", () => {
    const pods = [aPod("p", "n", { readySince: ago(5) }), aPod("q", "n", { readySince: ago(9) })];
    const old = aRack("r", { node: { createdAt: ago(80) } });
    expect(look({ racks: [{ ...old, pods }] }).seen["r"]).toEqual({
      firstAt: NOW,
      servingAt: ago(9),
      quorumAt: ago(80),
      nodes: uids(old),
    });
  });

  it("has been usable since it served, whatever node was replaced later", () => {
    const replaced = aRack("r", { node: { createdAt: ago(1) }, pod: { readySince: ago(50) } });
    expect(look({ racks: [replaced] }).seen["r"]?.quorumAt).toBe(ago(50));
  });

  it("answers the oldest order, the rack whose nodes registered first before others", () => {
    const orders = [9, 5, 1].map((minutes) => ({ at: ago(minutes), watched: true }));
    const racks = [aRack("a"), aRack("b", { node: { createdAt: ago(2) } })].map((rack) => ({
      ...rack,
      pods: [],
    }));
    const { seen, answered } = look({ racks, orders });
    expect([seen["a"]?.order?.at, seen["b"]?.order?.at, answered]).toEqual([ago(5), ago(9), 2]);
  });

  it("whose order is of no matter any more, as it serves, forgets it", () => {
    const orders = [{ at: ago(9), watched: true }];
    expect(look({ orders }).seen["rack-0"]).not.toHaveProperty("order");
  });
});

describe("a rack known before", () => {
  it("keeps its instants", () => {
    const before = { "rack-0": aSighting(RACK) };
    expect(look({ before }).seen).toEqual(before);
  });

  it.each([
    ["nothing new is seen", {}, true],
    ["it was out of sight", { missingSince: ago(1) }, false],
    ["it now serves for the first time", { servingAt: null }, false],
    ["it is whole again", { phase: "Repairing" as const }, false],
    ["an order no longer matters", { order: { at: ago(95), watched: true } }, false],
  ])("is remembered by the very value from before or not: %s", (_, changes, same) => {
    const before = { "rack-0": aSighting(RACK, changes) };
    const { seen } = look({ before });
    expect(seen["rack-0"] === before["rack-0"]).toBe(same);
    expect(seen === before).toBe(same);
  });

  it("read from a memory without them gets the new ones", () => {
    const before = { "rack-0": { firstAt: ago(90), servingAt: ago(60) } };
    expect(look({ before }).seen["rack-0"]).toMatchObject({
      nodes: uids(RACK),
      quorumAt: ago(60),
    });
  });

  it("under another name is the same one, by its nodes", () => {
    const before = { clique: aSighting(RACK) };
    const { seen, gone, answered } = look({ before, orders: [{ at: ago(1), watched: true }] });
    expect(seen).toEqual({ "rack-0": aSighting(RACK) });
    expect([gone, answered]).toEqual([[], 0]);
  });
});

describe("since when a rack has its quorum", () => {
  const quorumAt = (ready: number, phase: RackPhase, at?: EpochMs) => {
    const { quorumAt: _known, ...sighting } = aSighting(RACK, { phase });
    const before = { "rack-0": at === undefined ? sighting : { ...sighting, quorumAt: at } };
    return look({ racks: [dark(RACK, ready)], before }).seen["rack-0"]?.quorumAt;
  };

  it.each([
    ["unknown until it has one", 15, ["Joining", undefined], undefined],
    ["since now, when it gets it", 16, ["Joining", undefined], NOW],
    ["as before, while it flaps", 2, ["Starting", ago(5)], ago(5)],
    ["as before, when the flapping ends", 16, ["Starting", ago(5)], ago(5)],
    ["since now, when it is back from repair", 16, ["Repairing", ago(99)], NOW],
  ] as const)("%s", (_, ready, [phase, known], expected) => {
    expect(quorumAt(ready, phase, known)).toBe(expected);
  });

  it.each([
    [9, true],
    [10, false],
  ])("%i minutes: within the boot grace: %s", (minutes, within) => {
    expect(inBootGrace(aSighting(RACK, { quorumAt: ago(minutes) }), NOW)).toBe(within);
    expect(inBootGrace({ firstAt: NOW, servingAt: null }, NOW)).toBe(false);
  });
});

describe("a rack out of sight", () => {
  const unsure = [{ id: UNLABELLED, nodes: [aNode("new")], pods: [] }];

  it("is gone", () => {
    expect(look({ racks: [], before: { r: aSighting(RACK) } })).toMatchObject({
      seen: {},
      missing: {},
      gone: ["r"],
    });
  });

  it.each([
    ["within the boot grace", [], { quorumAt: ago(5) }],
    ["while a node that lacks its label may be of it", unsure, {}],
    ["so for an hour", unsure, { missingSince: ago(59) }],
  ])("is not known to be gone %s", (_, racks, changes) => {
    const before = { r: aSighting(RACK, changes) };
    const { missing, gone } = look({ racks, before });
    expect(gone).toEqual([]);
    expect(missing).toEqual({ r: { missingSince: NOW, ...before.r } });
  });

  it("is gone after an hour whatever lacks a label", () => {
    const before = { r: aSighting(RACK, { missingSince: ago(60) }) };
    expect(look({ racks: unsure, before }).gone).toEqual(["r"]);
  });

  it("is never remembered with more than 63 others", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (count) => {
        const ids = Array.from({ length: count }, (_, n) => `r${n}`);
        const before = Object.fromEntries(ids.map((id) => [id, aSighting(RACK, { nodes: [] })]));
        const { missing, gone } = look({ racks: unsure, before });
        expect(Object.keys(missing)).toHaveLength(Math.min(64, count));
        expect(new Set([...Object.keys(missing), ...gone])).toEqual(new Set(ids));
      }),
      { numRuns: 20 },
    );
  });
});
