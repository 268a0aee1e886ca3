import { describe, expect, it } from "vitest";
import { compileItem, writtenItems } from "../../src/config/written-items.ts";

const FLEET = { kind: "InferenceFleet", metadata: { name: "coder" } };
const POOL = { kind: "RackPool", metadata: { name: "gb200" } };

describe("the objects of a document", () => {
  it.each([
    ["itself", FLEET, [{ kind: "InferenceFleet", index: null }]],
    ["nothing", null, []],
    ["something without a kind", { metadata: {} }, []],
    [
      "what kubectl lists",
      { apiVersion: "v1", kind: "List", items: [POOL, { metadata: {} }, FLEET] },
      [
        { kind: "RackPool", index: 0 },
        { kind: "InferenceFleet", index: 2 },
      ],
    ],
    ["a typed list", { kind: "RackPoolList", items: [POOL] }, [{ kind: "RackPool", index: 0 }]],
    ["an empty list", { kind: "List", items: [] }, []],
  ])("%s", (_, raw, items) => {
    expect(writtenItems(raw)).toEqual(items);
  });
});

describe("an object of a list", () => {
  const list = { kind: "List", items: [POOL, FLEET] };
  const refused = (path: string) => () => ({
    ok: false as const,
    errors: [{ path, found: "nothing", expected: "a number" }],
  });

  it("is what is compiled", () => {
    const value = compileItem(list, { index: 1 }, (raw) => ({ ok: true, value: raw }));
    expect(value).toEqual({ ok: true, value: FLEET });
    const whole = compileItem(FLEET, { index: null }, (raw) => ({ ok: true, value: raw }));
    expect(whole).toEqual({ ok: true, value: FLEET });
  });

  it.each([
    [1, "spec.racks", "items[1].spec.racks"],
    [1, "", "items[1]"],
    [null, "spec.racks", "spec.racks"],
  ])("at %s: an error of %j is at %s", (index, path, expected) => {
    const { errors } = { errors: [], ...compileItem(list, { index }, refused(path)) };
    expect(errors).toEqual([{ path: expected, found: "nothing", expected: "a number" }]);
  });
});
