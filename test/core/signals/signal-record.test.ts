import { describe, expect, it } from "vitest";
import { signalRecord } from "../../../src/core/signals/signal-record.ts";
import { SIGNAL_UNITS } from "../../../src/core/signals/names.ts";

describe("a record of signals", () => {
  it("has every signal under its name", () => {
    const record = signalRecord((name) => name);
    expect(Object.keys(record)).toEqual(Object.keys(SIGNAL_UNITS));
    for (const [key, name] of Object.entries(record)) expect(name).toBe(key);
  });
});
