import { describe, expect, it } from "vitest";
import { agentSessionsFormat } from "../../../src/traces/formats/agent-sessions.ts";
import { breakwaterFormat } from "../../../src/traces/formats/breakwater.ts";
import { linesRead } from "../../support/trace-lines.ts";

describe("agent-sessions", () => {
  const FIRST = [0, 130, 5, -1, 0, 2, 700, 0, 1, 0];
  const line = (rows: readonly unknown[], fields: object = {}) =>
    JSON.stringify({ id: "a", block: 64, tool: 10, system: 20, r: rows, ...fields });

  it("gives the turns of a session; -1 is no prefix, and a time that is not known", () => {
    const rows = [FIRST, [19_000, 200, 6, 0, 1, 3, -1, -1, 0, 2]];
    expect(linesRead(agentSessionsFormat, [line(rows)])).toEqual([
      {
        id: "a",
        blockTokens: 64,
        toolTokens: 10,
        systemTokens: 20,
        rows: [
          {
            atMs: 0,
            inputTokens: 130,
            outputTokens: 5,
            prefixRow: -1,
            sharedBlocks: 0,
            promptBlocks: 2,
            serviceMs: 700,
            thinkMs: 0,
            agent: 0,
          },
          {
            atMs: 19_000,
            inputTokens: 200,
            outputTokens: 6,
            prefixRow: 0,
            sharedBlocks: 1,
            promptBlocks: 3,
            serviceMs: null,
            thinkMs: null,
            agent: 2,
          },
        ],
      },
    ]);
  });

  it.each([
    ["no rows", line([]), "TRC013 .*a session without rows"],
    ["blocks of nothing", line([FIRST], { block: 0 }), "TRC013 .*blocks of 0 tokens"],
    ["no tool tokens", line([FIRST], { tool: undefined }), "TRC009 .*no tool"],
    ["a short row", line([[0, 130]]), String.raw`TRC009 .*2 values in r\[0\], expected 10`],
    ["a row that is none", line([7]), "TRC010"],
    [
      "a negative length",
      line([[0, -1, 5, -1, 0, 2, 7, 0, 1, 0]]),
      String.raw`TRC004 .*r\[0\]\[1\]`,
    ],
    ["time that goes back", line([[5, ...FIRST.slice(1)], FIRST]), String.raw`TRC003 .*r\[1\]`],
    ["a later row as prefix", line([[0, 130, 5, 0, 0, 2, 7, 0, 1, 0]]), "TRC013 .*an earlier row"],
    [
      "more in common than there is",
      line([FIRST, [9, 200, 5, 0, 3, 3, 7, 0, 1, 0]]),
      "TRC013 .*3 shared blocks .*at most 2",
    ],
    [
      "blocks that are not its tokens",
      line([[0, 130, 5, -1, 0, 9, 7, 0, 1, 0]]),
      "TRC013 .*9 blocks",
    ],
  ])("is refused with %s", (_what, text, message) => {
    expect(() => linesRead(agentSessionsFormat, [text])).toThrow(new RegExp(`trace:1.*${message}`));
  });
});

describe("breakwater", () => {
  const SESSIONS = '{"breakwaterTrace":"sessions","schemaVersion":1,"blockTokens":64}';
  const TURNS = '{"breakwaterTrace":"turns","schemaVersion":1,"blockTokens":64}';
  const ROW = '{"row":[100,5,0,1,0,1,0,[]]}';
  const read = (...lines: readonly string[]) => linesRead(breakwaterFormat, lines);

  it("is read line by line", () => {
    const lines = [
      SESSIONS,
      '{"shared":[-1,0,2]}',
      '{"session":[1,1]}',
      '{"chain":[0,1,3]}',
      ROW,
      '{"start":[5,0]}',
      '{"end":6}',
    ];
    expect(read(...lines).map(({ kind }) => kind)).toEqual([
      "header",
      "shared",
      "session",
      "chain",
      "row",
      "start",
      "end",
    ]);
  });

  it.each([
    ["a version it does not know", [SESSIONS.replace("1", "2")], "1:.*TRC015 .*expected 1; import"],
    ["no header", ['{"turn":[0,1,1]}'], "1: TRC007"],
    ["no end", [TURNS, '{"turn":[0,1,1]}'], "2: TRC016"],
    ["a line less than its end says", [TURNS, '{"end":3}'], "2:.*TRC013 .*1 lines before the end"],
    ["lines behind its end", [TURNS, '{"end":1}', '{"turn":[0,1,1]}'], "3:.*TRC013"],
    ["a turn among sessions", [SESSIONS, '{"turn":[0,1,1]}'], "2:.*TRC013"],
    ["a session among turns", [TURNS, '{"session":[0,1]}'], "2:.*TRC013"],
    [
      "a session that is not finished",
      [SESSIONS, '{"session":[0,2]}', '{"start":[0,0]}'],
      "3:.*TRC013",
    ],
    ["a row outside of a session", [SESSIONS, ROW], "2:.*TRC013"],
    ["a chain that is not there yet", [SESSIONS, '{"shared":[0,0,2]}'], "2:.*TRC013 .*id 0"],
    [
      "a chain that runs backwards",
      [SESSIONS, '{"shared":[-1,0,2]}', '{"shared":[0,2,1]}'],
      "3:.*TRC013",
    ],
    ["a start of no session", [SESSIONS, '{"start":[0,0]}'], "2:.*TRC013 .*id 0 in start"],
    ["starts out of order", [TURNS, '{"turn":[5,1,1]}', '{"turn":[4,1,1]}'], "3: TRC003"],
    ["a line of another kind", [SESSIONS, '{"sorry":1}'], "2:.*TRC010"],
  ])("is refused with %s", (_what, lines, message) => {
    expect(() => read(...lines)).toThrow(new RegExp(`trace:${message}`));
  });
});
