import { describe, expect, it } from "vitest";
import { checkOptions } from "../../../src/sim/kernel/kernel-options.ts";
import { optionsWith } from "../../support/kernel-cases/options.ts";
import { sourceOf, templatesOf } from "../../support/kernel-cases/sketch.ts";

const CLIENTS = { timeoutNs: 10, retries: 2, retryBackoffNs: 5, abandonAfterNs: Infinity };

const blocksOf = (blockTokens: number) =>
  sourceOf(templatesOf({ blockTokens, shared: [], sessions: [] }), []);

describe("options of a kernel", () => {
  it.each([
    [[], 1],
    [[64], 64],
    [[16, 16], 16],
  ])("with sources in blocks of %j have blocks of %d tokens", (sizes, expected) => {
    expect(checkOptions(optionsWith(sizes.map(blocksOf)))).toBe(expected);
  });

  it("refuse sources whose blocks differ", () => {
    expect(() => checkOptions(optionsWith([blocksOf(16), blocksOf(64)]))).toThrow(
      "blocks of 64 and 16 tokens",
    );
  });

  it.each([
    ["an iteration of less than 1 ns", { iterationSubs: 1_023 }],
    ["half a cost", { decodeContextSubs: 0.5 }],
    ["a negative cost", { prefillTokenSubs: -1 }],
    ["no budget", { budgetTokens: 0 }],
    ["more sequences than the budget", { budgetTokens: 10, maxSequences: 11 }],
    ["more KV than is counted", { kvTokens: 2 ** 31 }],
    ["an iteration whose cost would not be exact", { prefillPairSubs: 2 ** 40 }],
    ["a transfer that would not be exact", { transferTokenSubs: 2 ** 40 }],
    ["a loading that would not be exact", { host: { tokens: 1, loadTokenSubs: 2 ** 40 } }],
  ])("refuse an engine with %s", (_, engine) => {
    expect(() => checkOptions(optionsWith([], { engine }))).toThrow(RangeError);
    const { engine: plain } = optionsWith([]);
    const decodeEngine = { ...plain, ...engine };
    expect(() => checkOptions(optionsWith([], { decodeEngine }))).toThrow("decodeEngine");
  });

  it.each([
    ["a time-out of 0", { timeoutNs: 0 }],
    ["a fraction of a nanosecond", { abandonAfterNs: 1.5 }],
    ["NaN", { timeoutNs: NaN }],
    ["retries without end", { retries: Infinity }],
    ["pauses beyond all time", { retries: 100 }],
  ])("refuse clients with %s", (_, edit) => {
    expect(() => checkOptions(optionsWith([], { clients: { ...CLIENTS, ...edit } }))).toThrow(
      "clients",
    );
  });

  it.each([
    ["half a token", { tokens: 0.5 }],
    ["a negative price", { fetchSubs: -1 }],
    ["a fetch that would not be exact", { fetchTokenSubs: 2 ** 40 }],
  ])("refuse a store with %s", (_, edit) => {
    const store = { tokens: 100, fetchSubs: 1, fetchTokenSubs: 1 };
    expect(() => checkOptions(optionsWith([], { store }))).not.toThrow();
    expect(() => checkOptions(optionsWith([], { store: { ...store, ...edit } }))).toThrow("store");
  });

  it("refuse a router that knows the future", () => {
    const router = { kind: "prefix-affinity", lagNs: -1, guard: 1 } as const;
    expect(() => checkOptions(optionsWith([], { router }))).toThrow("router lag");
  });
});
