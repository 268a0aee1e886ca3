import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOfSessions, linesOfTurns, tablesOf } from "../../src/traces/breakwater-file.ts";
import { breakwaterFormat } from "../../src/traces/formats/breakwater.ts";
import { batchTemplates } from "../../src/traces/generators/batch.ts";
import { chatSessions } from "../../src/traces/generators/chat.ts";
import { codingAgentSessions } from "../../src/traces/generators/coding-agent.ts";
import { compileAgentSessions } from "../../src/traces/templates/agent-templates.ts";
import type { TurnTemplates } from "../../src/traces/turn-templates.ts";
import { draws } from "../support/draws.ts";
import { checkTemplates } from "../support/prefix-identities.ts";
import { linesRead } from "../support/trace-lines.ts";

const reread = (lines: Iterable<string>) => linesRead(breakwaterFormat, [...lines]);

const SETS: readonly (readonly [string, TurnTemplates])[] = [
  ["coding agents", compileAgentSessions(codingAgentSessions(60, draws(1)))],
  ["conversations", compileAgentSessions(chatSessions(60, draws(1)))],
  ["batches", batchTemplates(5, draws(1))],
];

describe("our own format", () => {
  it.each(SETS)("gives back the same tables: %s", (_what, templates) => {
    checkTemplates(templates);
    const back = tablesOf(reread(linesOfSessions(templates, null)));
    expect(back).toEqual({ templates, starts: null });
  });

  it("gives back when sessions began", () => {
    const templates = batchTemplates(3, draws(1));
    const at = (atNs: number, template: number) => ({
      atNs,
      template,
      inputTokens: 0,
      outputTokens: 0,
    });
    const starts = [at(0, 2), at(5e9, 0), at(5e9, 0)];
    expect(tablesOf(reread(linesOfSessions(templates, starts))).starts).toEqual(starts);
  });

  it("gives back turns that share nothing", () => {
    const turn = fc.record({ gap: fc.nat(1e9), input: fc.nat(1e6), output: fc.nat(1e4) });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 20 }), (list) => {
        let atNs = 0;
        const turns = list.map(({ gap, input, output }) => {
          atNs += gap;
          return { atNs, inputTokens: input, outputTokens: output };
        });
        const back = reread(linesOfTurns(64, turns)).flatMap((entry) =>
          entry.kind === "turn" ? [entry.turn] : [],
        );
        expect(back).toEqual(turns.map((each) => ({ ...each, hashIds: null })));
      }),
      { numRuns: 50 },
    );
  });

  it("that was cut at any line is refused", () => {
    const lines = [...linesOfSessions(batchTemplates(1, draws(2)), null)];
    for (let cut = 1; cut < lines.length; cut += 7) {
      expect(() => reread(lines.slice(0, cut))).toThrow(/TRC0(16|13)/);
    }
  });
});
