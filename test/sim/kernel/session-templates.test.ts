import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import {
  compileTemplates,
  delayAt,
  nextDelayAt,
  ROW_BLOCKS,
  ROW_CHAIN,
  ROW_COUNTDOWN,
  ROW_FULL_BLOCKS,
  ROW_INPUT,
  ROW_NEXT_COUNTDOWN,
  ROW_OUTPUT,
  ROW_SHIFT,
  ROW_SUCCESSOR,
  ROW_SUCCESSORS,
  runtimeChain,
  type SessionTemplates,
} from "../../../src/sim/kernel/session-templates.ts";
import type { TurnTemplates } from "../../../src/traces/turn-templates.ts";
import { sourceOf, templatesOf } from "../../support/kernel-cases/sketch.ts";

/** Two sub-agents fork from row 0; row 3 waits for both. Its prompt lies on the shared chain. */
const TEMPLATES = templatesOf({
  blockTokens: 10,
  shared: [{ parent: null, from: 0, shared: true }],
  sessions: [
    {
      chains: [{ parent: 0, from: 2 }],
      rows: [
        { input: 25, output: 7, chain: 1, delayNs: 0 },
        { input: 30, output: 1, chain: 1, delayNs: 5, after: [0] },
        { input: 30, output: 1, chain: 1, delayNs: 6, after: [0] },
        { input: 19, output: 1, chain: 0, delayNs: 7, after: [1, 2] },
      ],
    },
  ],
});

const compile = (templates: TurnTemplates): SessionTemplates =>
  compileTemplates(sourceOf(templates, []), createChainRegistry());

const words = ({ rows }: SessionTemplates, row: number, ...of: number[]) =>
  of.map((word) => rows[(row << ROW_SHIFT) + word]);

describe("compiled templates", () => {
  it("have what a turn needs in one place", () => {
    const compiled = compile(TEMPLATES);
    const asked = [ROW_INPUT, ROW_OUTPUT, ROW_BLOCKS, ROW_FULL_BLOCKS];
    expect(words(compiled, 0, ...asked)).toEqual([25, 7, 2, 3]);
    expect(compiled.delays[delayAt(3)]).toBe(7);
  });

  it("name one successor, or where several begin", () => {
    const compiled = compile(TEMPLATES);
    expect(words(compiled, 1, ROW_SUCCESSORS, ROW_SUCCESSOR)).toEqual([1, 3]);
    const [count, first = -1] = words(compiled, 0, ROW_SUCCESSORS, ROW_SUCCESSOR);
    expect(count).toBe(2);
    expect([...compiled.successors.subarray(first, first + 2)]).toEqual([1, 2]);
  });

  it("say of a single successor what its arrival asks for", () => {
    const compiled = compile(TEMPLATES);
    expect(words(compiled, 1, ROW_NEXT_COUNTDOWN)).toEqual([0]);
    expect(compiled.delays[nextDelayAt(1)]).toBe(7);
  });

  it("count down for rows with several predecessors alone", () => {
    const compiled = compile(TEMPLATES);
    expect([0, 1, 2, 3].map((row) => words(compiled, row, ROW_COUNTDOWN)[0])).toEqual([
      -1, -1, -1, 0,
    ]);
    expect([...compiled.countdowns]).toEqual([1]);
    expect([...compiled.joins]).toEqual([2]);
  });

  it("refer to a session's own chains by place, to shared ones by id", () => {
    const compiled = compile(TEMPLATES);
    const registry = createChainRegistry();
    const shared = registry.sharedChain(registry.register(TEMPLATES.chains), 0);
    const chains = [0, 3].map((row) => words(compiled, row, ROW_CHAIN)[0] ?? NaN);
    expect(chains.map((reference) => runtimeChain(reference, 70))).toEqual([70, shared]);
    expect(runtimeChain(-1, 70)).toBe(-1);
  });

  it.each([
    ["inputTokens", 0, "expected 1 token at least"],
    ["outputTokens", 0, "expected 1 token at least"],
    ["promptBlocks", 4, "do not lie within its tokens"],
    ["fullBlocks", 1, "do not lie within its tokens"],
  ] as const)("refuse a row whose %s is %d", (column, value, message) => {
    const rows = { ...TEMPLATES.rows, [column]: TEMPLATES.rows[column].with(0, value) };
    expect(() => compile({ ...TEMPLATES, rows })).toThrow(message);
  });
});
