import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/cli/digest.ts";

describe("the digest of records", () => {
  // FIPS 180-2, appendix B.1, and the UTF-8 of a letter that is two bytes.
  it.each([
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["é", "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"],
  ])("of %s is its SHA-256 in hex", (text, hex) => {
    expect(sha256(text)).toBe(hex);
  });
});
