import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TurnRecord } from "../../../src/traces/records.ts";
import { anonymousTemplate } from "../../../src/traces/templates/anonymous-template.ts";
import { compileHashedTurns } from "../../../src/traces/templates/hash-templates.ts";
import { blocksOf, checkTemplates, commonPrefix } from "../../support/prefix-identities.ts";

const BLOCK = 512;

/** A prompt of whole blocks, and a rest of `rest` tokens whose block has an identity too. */
const turn = (atMs: number, ids: readonly number[], rest = 0, outputTokens = 1): TurnRecord => ({
  atNs: atMs * 1e6,
  inputTokens: Math.max(0, rest > 0 ? ids.length - 1 : ids.length) * BLOCK + rest,
  outputTokens,
  hashIds: ids,
});

const compiled = (...turns: readonly TurnRecord[]) => {
  const templates = compileHashedTurns(turns, { blockTokens: BLOCK });
  checkTemplates(templates);
  return templates;
};

const prompts = (templates: ReturnType<typeof compiled>) =>
  [...templates.rows.promptBlocks].map((blocks, row) =>
    blocksOf(templates, templates.rows.promptChain[row] ?? -1, blocks),
  );

describe("turns with identities of blocks", () => {
  it("become one session whose rows arrive at their times, from the first on", () => {
    const { rows, sessions } = compiled(turn(100, [1]), turn(100, [2]), turn(350.5, [1, 3]));
    expect([...rows.delayNs]).toEqual([0, 0, 250.5e6]);
    expect([...rows.joins]).toEqual([0, 0, 0]);
    expect([sessions.rowCount[0], sessions.rootRows[0]]).toEqual([3, 3]);
  });

  it("share the leading blocks whose identities they share", () => {
    const [a, b, c] = prompts(
      compiled(turn(0, [1, 2, 3]), turn(1, [1, 2, 4, 5]), turn(2, [1, 2, 4])),
    );
    expect([commonPrefix(a ?? [], b ?? []), commonPrefix(b ?? [], c ?? [])]).toEqual([2, 3]);
  });

  it("leave out the block that is only partly filled", () => {
    const templates = compiled(turn(0, [1, 2], 100), turn(1, [1, 2], 100));
    expect([...templates.rows.promptBlocks]).toEqual([1, 1]);
  });

  it("have answers that nobody shares", () => {
    const templates = compiled(turn(0, [1], 0, 2 * BLOCK), turn(1, [1], 0, 2 * BLOCK));
    const [a, b] = [0, 1].map((row) =>
      blocksOf(templates, templates.rows.fullChain[row] ?? -1, templates.rows.fullBlocks[row] ?? 0),
    );
    expect([a?.length, commonPrefix(a ?? [], b ?? [])]).toEqual([3, 1]);
  });

  it("are played where a surge puts them", () => {
    const turns = [turn(0, [1]), turn(1_000, [2])];
    const templates = compileHashedTurns(turns, { blockTokens: BLOCK, playedAt: (ns) => ns / 4 });
    expect([...templates.rows.delayNs]).toEqual([0, 250e6]);
  });

  it("must be there", () => {
    expect(() => compiled()).toThrow(RangeError);
  });

  it("always share exactly the leading identities that are equal", () => {
    // Small identities, so that one also comes behind different blocks: a prefix is the whole path.
    const ids = fc.array(fc.nat(3), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(ids, { minLength: 1, maxLength: 12 }), (lists) => {
        const all = prompts(
          compiled(...lists.map((list, i) => turn(i, list, list.length > 0 ? 0 : 1))),
        );
        for (const [i, a] of all.entries()) {
          for (const [j, b] of all.entries()) {
            expect(commonPrefix(a, b)).toBe(commonPrefix(lists[i] ?? [], lists[j] ?? []));
          }
        }
      }),
    );
  });
});

describe("the anonymous template", () => {
  it("is one turn on one chain of its own that no prompt outgrows", () => {
    const templates = anonymousTemplate(64);
    checkTemplates(templates);
    expect(templates.sessions.chainCount).toEqual(Int32Array.of(1));
    expect(templates.rows.promptChain).toEqual(Int32Array.of(0));
    expect((templates.chains.to[0] ?? 0) * 64).toBeGreaterThan(1_000_000_000);
  });
});
