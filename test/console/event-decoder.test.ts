import { describe, expect, it } from "vitest";
import { decodeAnswer, decodeEvent } from "../../src/console/event-decoder.ts";

describe("a message of another version", () => {
  it.each([
    { text: '{"schemaVersion":2,"kind":"tick"}' },
    { text: '{"schemaVersion":1,"kind":"news"}' },
    { text: "null" },
    { text: "not JSON" },
  ])("is refused: $text", ({ text }) => {
    expect(() => decodeEvent(text)).toThrow();
  });

  it("is refused as an answer, too", async () => {
    await expect(decodeAnswer(Response.json({ schemaVersion: 2 }))).rejects.toThrow("version 2");
    const failed = Response.json({}, { status: 503 });
    await expect(decodeAnswer(failed)).rejects.toThrow("answered 503");
  });

  it("is refused in the server's own words, where it has any", async () => {
    const failed = Response.json({ error: "no fleet was found" }, { status: 404 });
    await expect(decodeAnswer(failed)).rejects.toThrow("no fleet was found");
  });
});
