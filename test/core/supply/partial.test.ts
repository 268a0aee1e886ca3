import { describe, expect, it } from "vitest";
import type { RackSummary } from "../../../src/core/decision.ts";
import { EMPTY_POOL_MEMORY } from "../../../src/core/memory.ts";
import { reason } from "../../../src/core/reasons.ts";
import { isComplete, partialRack, rememberGivenBack } from "../../../src/core/supply/partial.ts";
import type { PartialView } from "../../../src/core/supply/partial.ts";
import { NOW, aDrain, aRack } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

const late = (waitedMs: number): Partial<RackSummary> => ({
  stuck: { step: "boot", waitedMs, p99Ms: 1_000, nodes: [], text: "" },
});
const found = (summary: Partial<RackSummary> = late(2_001), more: Partial<PartialView> = {}) =>
  partialRack({
    pool: aPool(),
    racks: [aRack("half", { nodes: 9, pods: 0 })],
    summaries: [
      {
        id: "half",
        phase: "Joining",
        readyNodes: 9,
        nodes: 9,
        degraded: false,
        fleet: null,
        ...summary,
      },
    ],
    memory: {},
    ...more,
  })?.id ?? null;

describe("the rack that is given back for arriving in part", () => {
  it("is one that is late twice over", () => {
    expect(found()).toBe("half");
    expect(found(late(2_000))).toBeNull();
    expect(found({})).toBeNull();
  });

  it("is none that serves, starts or is repaired, with however few nodes", () => {
    for (const phase of ["Serving", "Warming", "Starting", "Repairing", "Idle"] as const) {
      expect(found({ ...late(9_000), phase })).toBeNull();
    }
  });

  it("is none with pods, whoever's they are", () => {
    expect(found(late(9_000), { racks: [aRack("half", { nodes: 9, pods: 1 })] })).toBeNull();
  });

  it("is none that was given back before", () => {
    expect(found(late(9_000), { memory: { givenBack: { half: NOW } } })).toBeNull();
  });

  it("is none where a person brings the racks", () => {
    const pool = aPool();
    const manual = { ...pool, backend: { ...pool.backend, kind: "manual" as const } };
    expect(found(late(9_000), { pool: manual })).toBeNull();
  });
});

describe("what is remembered of it", () => {
  const intent = aDrain({ rack: "half" });
  const plan = (code: "partial-arrival" | "surplus") => [
    { kind: "OpenIntent" as const, intent, reason: reason(code) },
  ];

  it("is the rack, and that the pool is not asked for another at once", () => {
    const memory = rememberGivenBack(EMPTY_POOL_MEMORY, plan("partial-arrival"), intent.pool, NOW);
    expect(memory).toMatchObject({ givenBack: { half: NOW }, outOfStock: { kind: "partial" } });
  });

  it("is nothing of other drains, and nothing for other pools", () => {
    const { pool } = intent;
    expect(rememberGivenBack(EMPTY_POOL_MEMORY, plan("surplus"), pool, NOW)).toBe(
      EMPTY_POOL_MEMORY,
    );
    const other = rememberGivenBack(EMPTY_POOL_MEMORY, plan("partial-arrival"), "west", NOW);
    expect(other).toBe(EMPTY_POOL_MEMORY);
  });

  it("a rack with sixteen usable nodes of eighteen is whole, cordoned or not", () => {
    const node = { cordoned: true };
    const rack = (nodes: number) => [aRack("half", { nodes, pods: 0, node })];
    expect(isComplete({ rack: "half" }, rack(15), aPool())).toBe(false);
    expect(isComplete({ rack: "half" }, rack(16), aPool())).toBe(true);
  });
});
