import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SessionRecord, SessionRow } from "../../../src/traces/records.ts";
import { compileAgentSessions } from "../../../src/traces/templates/agent-templates.ts";
import type { TurnTemplates } from "../../../src/traces/turn-templates.ts";
import { blocksOf, checkTemplates, commonPrefix } from "../../support/prefix-identities.ts";

const BLOCK = 64;

interface Turn {
  readonly blocks: number;
  readonly output?: number;
  readonly prefix?: number;
  readonly shared?: number;
  readonly agent?: number;
}

/** Prompts of whole blocks, a second apart. */
const session = (turns: readonly Turn[], tool = 0, id = "s"): SessionRecord => ({
  id,
  blockTokens: BLOCK,
  toolTokens: tool,
  systemTokens: 0,
  rows: turns.map(
    ({ blocks, output = 0, prefix = -1, shared = 0, agent = 0 }, index): SessionRow => ({
      atMs: index * 1_000,
      inputTokens: blocks * BLOCK,
      outputTokens: output,
      prefixRow: prefix,
      sharedBlocks: shared,
      promptBlocks: blocks,
      serviceMs: 0,
      thinkMs: 1_000,
      agent,
    }),
  ),
});

const prompt = (templates: TurnTemplates, row: number): readonly string[] =>
  blocksOf(templates, templates.rows.promptChain[row] ?? -1, templates.rows.promptBlocks[row] ?? 0);
const whole = (templates: TurnTemplates, row: number): readonly string[] =>
  blocksOf(templates, templates.rows.fullChain[row] ?? -1, templates.rows.fullBlocks[row] ?? 0);

describe("sessions as templates", () => {
  it("follow each other with their pauses, roots first", () => {
    const turns = [
      { blocks: 3, output: 5 },
      { blocks: 5, output: 5, prefix: 0, shared: 3 },
      { blocks: 8, output: 5, prefix: 1, shared: 5 },
    ];
    const templates = compileAgentSessions([session(turns)]);
    checkTemplates(templates);
    expect([...templates.rows.joins]).toEqual([0, 1, 1]);
    expect([...templates.rows.delayNs]).toEqual([0, 1e9, 1e9]);
    expect([...templates.rows.successors]).toEqual([1, 2]);
    expect(templates.chains.parent).toHaveLength(1);
  });

  it("share the prefix of their tools and system prompt when these have equal lengths", () => {
    const opening = [{ blocks: 5 }];
    const templates = compileAgentSessions([
      session(opening, 3 * BLOCK + 10, "a"),
      session(opening, 3 * BLOCK + 10, "b"),
      session(opening, 2 * BLOCK, "c"),
    ]);
    checkTemplates(templates);
    expect([...templates.chains.shared]).toEqual([1, 0, 0, 1, 0]);
    expect(commonPrefix(prompt(templates, 0), prompt(templates, 1))).toBe(3);
    expect(commonPrefix(prompt(templates, 0), prompt(templates, 2))).toBe(0);
  });

  it("let a turn that branches off within the shared part leave it there", () => {
    const turns = [{ blocks: 6 }, { blocks: 9, prefix: 0, shared: 2 }];
    const templates = compileAgentSessions([session(turns, 4 * BLOCK)]);
    expect(commonPrefix(prompt(templates, 0), prompt(templates, 1))).toBe(2);
    expect(prompt(templates, 1)).toHaveLength(9);
  });

  it.each([
    ["a turn goes on from the answer before it", true, 8, 7],
    ["as recorded, answers are nobody's prefix", false, 8, 5],
    ["a prompt that ends within the answer shares what it has of it", true, 6, 6],
  ])("%s", (_what, reuseOutputs, blocks, common) => {
    const turns = [
      { blocks: 5, output: 2 * BLOCK + 10 },
      { blocks, prefix: 0, shared: 5 },
    ];
    const templates = compileAgentSessions([session(turns)], { reuseOutputs });
    checkTemplates(templates);
    expect(commonPrefix(whole(templates, 0), prompt(templates, 1))).toBe(common);
  });

  it("do not let a turn that changed its past share the answer before it", () => {
    const turns = [
      { blocks: 5, output: 2 * BLOCK },
      { blocks: 9, prefix: 0, shared: 4 },
    ];
    const templates = compileAgentSessions([session(turns)]);
    expect(commonPrefix(whole(templates, 0), prompt(templates, 1))).toBe(4);
  });

  it("have at least one token of prompt and answer", () => {
    const templates = compileAgentSessions([session([{ blocks: 0, output: 0 }])]);
    expect([templates.rows.inputTokens[0], templates.rows.outputTokens[0]]).toEqual([1, 1]);
    expect([templates.rows.promptChain[0], templates.rows.promptBlocks[0]]).toEqual([-1, 0]);
  });

  it("can be cut into larger blocks, by whole blocks", () => {
    const turns = [
      { blocks: 7, output: BLOCK },
      { blocks: 13, prefix: 0, shared: 6 },
    ];
    const templates = compileAgentSessions([session(turns)], { blockTokens: 4 * BLOCK });
    expect([...templates.rows.promptBlocks]).toEqual([1, 3]);
    expect([...templates.rows.fullBlocks]).toEqual([2, 3]);
    expect(commonPrefix(prompt(templates, 0), prompt(templates, 1))).toBe(1);
    expect(() => compileAgentSessions([session(turns)], { blockTokens: 100 })).toThrow(RangeError);
  });

  it("always have in common with their prefix row what was recorded, and the tables hold", () => {
    const turn = fc.record({
      blocks: fc.integer({ min: 0, max: 12 }),
      output: fc.integer({ min: 0, max: 300 }),
      back: fc.integer({ min: 0, max: 4 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      agent: fc.constantFrom(0, 0, 0, 1, 2),
    });
    const drawn = fc.array(turn, { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(drawn, fc.nat(5), fc.boolean(), (turns, tools, reuseOutputs) => {
        const record = session(connected(turns), tools * BLOCK);
        const templates = compileAgentSessions([record, record], { reuseOutputs });
        checkTemplates(templates);
        const place = placesOf(templates, record);
        record.rows.forEach((row, index) => {
          const before = record.rows[row.prefixRow];
          if (before === undefined) return;
          const [mine, theirs] = [place[index] ?? -1, place[row.prefixRow] ?? -1];
          const common = commonPrefix(whole(templates, theirs), prompt(templates, mine));
          const all = reuseOutputs && row.sharedBlocks === before.promptBlocks;
          const reach = all ? (templates.rows.fullBlocks[theirs] ?? 0) : row.sharedBlocks;
          expect(common).toBeGreaterThanOrEqual(Math.min(reach, row.promptBlocks));
          if (!all) expect(common).toBe(row.sharedBlocks);
        });
      }),
      { numRuns: 300 },
    );
  });
});

type DrawnTurn = { blocks: number; output: number; back: number; share: number; agent: number };

const connected = (turns: readonly DrawnTurn[]): readonly Turn[] =>
  turns.map(({ blocks, output, back, share, agent }, index) => {
    const prefix = Math.max(-1, index - 1 - back);
    const most = Math.min(blocks, turns[prefix]?.blocks ?? 0);
    return { blocks, output, agent, prefix, shared: Math.round(share * most) };
  });

/** Where each row of the first session went: rows are told apart by their order among equals. */
function placesOf({ rows, sessions }: TurnTemplates, record: SessionRecord): readonly number[] {
  const roots = new Set<number>();
  const seen = new Set<number>();
  record.rows.forEach(({ agent }, index) => {
    const first = !seen.has(agent);
    seen.add(agent);
    const mainBefore = record.rows.slice(0, index).some((each) => each.agent === 0);
    if (first && (agent === 0 || !mainBefore)) roots.add(index);
  });
  const others = record.rows.map((_, index) => index).filter((index) => !roots.has(index));
  const order = [...roots, ...others];
  expect(sessions.rootRows[0]).toBe(roots.size);
  expect(rows.joins.subarray(0, roots.size).every((joins) => joins === 0)).toBe(true);
  return record.rows.map((_, index) => order.indexOf(index));
}
