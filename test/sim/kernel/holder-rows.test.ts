import { describe, expect, it } from "vitest";
import { HolderRows } from "../../../src/sim/kernel/holder-rows.ts";

describe("rows of holders", () => {
  it("know what was set, by row and replica, and nothing else", () => {
    const rows = new HolderRows();
    const [a, b] = [rows.take(), rows.take()];
    rows.set(a, 0, 0);
    rows.set(b, 62, 160);
    expect([rows.find(a, 0), rows.find(a, 62), rows.find(b, 0), rows.find(b, 62)]).toEqual([
      0, -1, -1, 160,
    ]);
    rows.set(a, 0, -1);
    expect(rows.find(a, 0)).toBe(-1);
  });

  it("are empty when they are used again", () => {
    const rows = new HolderRows();
    const row = rows.take();
    rows.set(row, 5, 16);
    rows.give(row);
    expect(rows.take()).toBe(row);
    expect(rows.find(row, 5)).toBe(-1);
  });

  it("get wider for replicas with larger ids, and keep what they know", () => {
    const rows = new HolderRows();
    const [a, b] = [rows.take(), rows.take()];
    rows.set(a, 7, 32);
    rows.set(b, 8, 48);
    rows.fit(1_000);
    rows.set(a, 1_000, 64);
    expect([rows.find(a, 7), rows.find(b, 8), rows.find(a, 1_000), rows.find(b, 1_000)]).toEqual([
      32, 48, 64, -1,
    ]);
  });
});
