import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Json, numberAt } from "../../../src/adapters/kubernetes/decode.ts";
import { isNewer, objectCache } from "../../../src/adapters/kubernetes/object-cache.ts";

const object = (name: string, version: number, value = version): Json => ({
  metadata: { name, namespace: "ns", uid: `uid-${name}`, resourceVersion: `${version}` },
  value,
});
const cache = () => objectCache((json) => numberAt(json, "value"));

/** In pages of one object. */
function relisted(kept: ReturnType<typeof cache>, objects: readonly Json[], version: string) {
  const listing = kept.relist();
  for (const each of objects) listing.add([each]);
  listing.done(version);
}

describe("a resource version", () => {
  it("is compared as the number it is, of any length", () => {
    const version = fc.bigInt({ min: 1n, max: 10n ** 30n });
    const agrees = (a: bigint, b: bigint) => isNewer(`${a}`, `${b}`) === a > b;
    fc.assert(fc.property(version, version, agrees));
  });
});

describe("the cache", () => {
  it("shows the newest of each object, whatever order the news come in", () => {
    const news = fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.nat(50)), { minLength: 1 });
    const shown = (all: [string, number][]) => {
      const kept = cache();
      for (const [name, version] of all) kept.put(object(name, version));
      const newest = (wanted: string) =>
        Math.max(...all.filter(([name]) => name === wanted).map(([, version]) => version));
      const expected = ["a", "b"].map(newest).filter((version) => version >= 0);
      expect(kept.values()).toEqual(expected);
    };
    fc.assert(fc.property(news, shown));
  });

  it("keeps our own write although an older list comes in later", () => {
    const kept = cache();
    kept.written(object("ours", 12), "10");
    relisted(kept, [object("a", 9)], "11");
    expect(kept.values()).toEqual([9, 12]);
  });

  it("forgets what a list no longer has", () => {
    const kept = cache();
    kept.put(object("a", 9));
    relisted(kept, [object("b", 10)], "11");
    expect(kept.values()).toEqual([10]);
  });

  it("shows what it had until a list is whole", () => {
    const kept = cache();
    kept.put(object("a", 9));
    const listing = kept.relist();
    listing.add([object("b", 10)]);
    expect(kept.values()).toEqual([9]);
    listing.add([object("c", 11)]);
    listing.done("12");
    expect(kept.values()).toEqual([10, 11]);
  });

  it("does not bring back what the watch has already deleted after our write", () => {
    const kept = cache();
    kept.put(object("a", 12));
    kept.remove(object("a", 13));
    kept.written(object("a", 12), "13");
    expect(kept.values()).toEqual([]);
  });
});
