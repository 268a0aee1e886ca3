import { describe, expect, it } from "vitest";
import { table } from "../../src/cli/table.ts";

describe("a table on the terminal", () => {
  it("aligns columns, two spaces apart, and ends no line in spaces", () => {
    const rows = [
      ["agents/coder", "7", "burst"],
      ["agents/x", "12", ""],
    ];
    expect(table(["FLEET", "RACKS", "WHY"], rows).split("\n")).toEqual([
      "FLEET         RACKS  WHY",
      "agents/coder  7      burst",
      "agents/x      12",
    ]);
  });

  it("is its header alone without rows", () => {
    expect(table(["FLEET", "RACKS"], [])).toBe("FLEET  RACKS");
  });
});
