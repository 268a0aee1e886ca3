import { describe, expect, it } from "vitest";
import { CountObject } from "../../src/sim/count-object.ts";

describe("the object that holds a count", () => {
  it("remembers who wrote it, and moves its version", () => {
    const object = new CountObject("a", 4);
    expect(object.state()).toMatchObject({ desired: 4, lastWriter: "" });
    const { resourceVersion } = object.state();
    object.write(5, "olga");
    expect(object.state()).toMatchObject({ desired: 5, lastWriter: "olga" });
    expect(object.state().resourceVersion).not.toBe(resourceVersion);
  });

  it("is another object after it was made anew", () => {
    const object = new CountObject("a", 4);
    const { uid } = object.state();
    object.touch();
    expect(object.state().uid).toBe(uid);
    object.remove();
    expect(object.present()).toBe(false);
    object.recreate();
    expect(object.present()).toBe(true);
    expect(object.state().uid).not.toBe(uid);
  });

  it.each([[-1], [1.5], [Number.NaN]])("refuses %f racks", (racks) => {
    expect(() => new CountObject("a", 4).write(racks, "olga")).toThrow(/not a count of racks/);
  });
});
