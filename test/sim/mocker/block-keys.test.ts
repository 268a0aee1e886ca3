import { describe, expect, it } from "vitest";
import { blockKeys } from "../../../src/sim/mocker/block-keys.ts";
import type { TurnTemplates } from "../../../src/traces/turn-templates.ts";
import { chainTemplates } from "../../support/chain-templates.ts";

/** A shared root of two blocks, and a session's own chain that leaves it there. */
const TEMPLATES: TurnTemplates = chainTemplates({
  chains: [
    { parent: -1, from: 0, to: 2, shared: true },
    { parent: 0, from: 2, to: 9, shared: false },
  ],
  rows: [{ inputTokens: 16, outputTokens: 5, fullChain: 1 }],
});

const keysOf = (session: number, source = 0): readonly string[] =>
  blockKeys({ templates: TEMPLATES, source, session, row: 0, inputTokens: 16, outputTokens: 5 });

describe("the keys of a turn's blocks", () => {
  it("name every whole block of prompt and answer", () => {
    // 21 tokens in blocks of 4
    expect(keysOf(7)).toEqual(["0/all/0/0", "0/all/0/1", "0/7/1/2", "0/7/1/3", "0/7/1/4"]);
  });

  it("are shared by sessions where the chain is, and by nobody else", () => {
    const [mine, theirs] = [keysOf(1), keysOf(2)];
    expect(mine.filter((key) => theirs.includes(key))).toEqual(["0/all/0/0", "0/all/0/1"]);
    expect(keysOf(1, 1).filter((key) => mine.includes(key))).toEqual([]);
  });
});
