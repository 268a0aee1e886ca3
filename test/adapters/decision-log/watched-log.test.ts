import { describe, expect, it } from "vitest";
import { watchedLog } from "../../../src/adapters/decision-log/watched-log.ts";
import type { DecisionLog } from "../../../src/ports/decision-log.ts";
import { PortError } from "../../../src/ports/errors.ts";
import { decodeRecord } from "../../../src/studies/decode-record.ts";
import { aDecisionLog } from "../../support/decision-log.ts";

const [LINE = ""] = aDecisionLog({ ticks: 1 });
const RECORD = decodeRecord(LINE, 1);

/** A log whose disk is full while `full.now` is set. */
function aLog() {
  const full = { now: false };
  const lines: string[] = [];
  const log: DecisionLog = {
    keeps: true,
    append: (_, line) => {
      if (full.now) return Promise.reject(new PortError("invalid", "no space left on device"));
      lines.push(line);
      return Promise.resolve();
    },
    tail: () => Promise.resolve(null),
  };
  return { full, lines, log };
}

function watched(inner: DecisionLog | null) {
  const told: (string | null)[] = [];
  const copied: string[] = [];
  const log = watchedLog({
    log: inner,
    copies: [(line) => copied.push(line)],
    onChange: (problem) => told.push(problem),
  });
  return { log, told, copied };
}

describe("a watched decision log", () => {
  it("writes, copies, and has nothing to tell", async () => {
    const { log: inner, lines } = aLog();
    const { log, told, copied } = watched(inner);
    await log.append(RECORD, LINE);
    expect({ lines, copied, told, state: log.state() }).toEqual({
      lines: [LINE],
      copied: [LINE],
      told: [],
      state: { problem: null, failures: 0 },
    });
  });

  it("that cannot be written fails the tick, is told once, and again when it works", async () => {
    const { full, log: inner } = aLog();
    const { log, told, copied } = watched(inner);
    full.now = true;
    await expect(log.append(RECORD, LINE)).rejects.toMatchObject({ code: "invalid" });
    await expect(log.append(RECORD, LINE)).rejects.toThrow("no space left");
    expect(log.state()).toEqual({ problem: "no space left on device", failures: 2 });
    expect(copied).toEqual([]);
    full.now = false;
    await log.append(RECORD, LINE);
    expect(told).toEqual(["no space left on device", null]);
    expect(log.state()).toEqual({ problem: null, failures: 2 });
  });

  it("without a file keeps records all the same where copies are wanted", async () => {
    const { log, copied } = watched(null);
    expect(log.keeps).toBe(true);
    await log.append(RECORD, LINE);
    expect(copied).toEqual([LINE]);
    expect(watchedLog({ log: null, copies: [], onChange: () => {} }).keeps).toBe(false);
  });
});
