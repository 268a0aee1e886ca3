import { describe, expect, it } from "vitest";
import { azureLlmFormat } from "../../../src/traces/formats/azure-llm.ts";
import { burstGptFormat } from "../../../src/traces/formats/burstgpt.ts";
import { mooncakeFormat } from "../../../src/traces/formats/mooncake.ts";
import { linesRead } from "../../support/trace-lines.ts";

const read = (format: Parameters<typeof linesRead>[0], ...lines: readonly string[]) =>
  linesRead(format, lines);

describe("mooncake", () => {
  const line = (fields: object) =>
    JSON.stringify({ timestamp: 27_482, input_length: 1_100, output_length: 52, ...fields });

  it("gives time, lengths and the identities of blocks", () => {
    expect(read(mooncakeFormat(), line({ hash_ids: [46, 47, 2_353] }))).toEqual([
      { atNs: 27_482e6, inputTokens: 1_100, outputTokens: 52, hashIds: [46, 47, 2_353] },
    ]);
  });

  it.each([
    ["a", "a"],
    [7, "7"],
  ])("says whose turn it is, where that is recorded: %s", (session_id, session) => {
    const [turn] = read(mooncakeFormat(), line({ hash_ids: [46, 47, 2_353], session_id }));
    expect(turn).toMatchObject({ session });
  });

  it.each([
    ["the partly filled block has no identity", { hash_ids: [46, 47] }, 512],
    ["blocks have another size", { hash_ids: [1, 2, 3, 4, 5] }, 256],
  ])("is read when %s", (_what, fields, blockTokens) => {
    expect(read(mooncakeFormat(blockTokens), line(fields))).toHaveLength(1);
  });

  it.each([
    ["no identities", {}, "TRC009 missing or surplus columns: found no hash_ids"],
    ["too few identities", { hash_ids: [1] }, "TRC013 .*found 1 hash_ids, expected 3"],
    ["a length below zero", { hash_ids: [], input_length: -5 }, "TRC004 .*-5.* in input_length"],
    ["a length that is text", { hash_ids: [], input_length: "5" }, "TRC005"],
    ["half a token", { hash_ids: [], output_length: 0.5 }, "TRC011 .*0.5 in output_length"],
    ["more tokens than fit", { hash_ids: [], output_length: 3e9 }, "TRC011"],
    ["no time", { hash_ids: [1, 2, 3], timestamp: null }, "TRC005 .*in timestamp"],
    ["an identity that is none", { hash_ids: [1, 2, "x"] }, String.raw`TRC005 .*in hash_ids\[2\]`],
    ["identities that are no list", { hash_ids: 7 }, "TRC010 .*expected a list"],
  ])("is refused with %s", (_what, fields, message) => {
    expect(() => read(mooncakeFormat(), line(fields))).toThrow(new RegExp(message));
  });

  it.each([
    ['{"timestamp": NaN, "input_length": 1}', "TRC005 not a number: found NaN", 15],
    ['{"timestamp": -Infinity}', "TRC005 not a number: found -Infinity", 15],
    ['{"timestamp": 1,}', "TRC010 not JSON", 17],
    ["[1]", "TRC007", 0],
    ["7", 'TRC010 not JSON: found "7", expected a JSON object', 1],
  ])("says where a line stops being JSON: %s", (text, message, column) => {
    const place = column === 0 ? "trace:1" : `trace:1:${column}`;
    expect(() => read(mooncakeFormat(), text)).toThrow(new RegExp(`${place}: ${message}`));
  });

  it("is refused when time goes back", () => {
    const lines = [5, 4].map((timestamp) => line({ timestamp, hash_ids: [1, 2] }));
    expect(() => read(mooncakeFormat(), ...lines)).toThrow(/:2:2: TRC003 .*4 ms after 5 ms/);
  });
});

describe("azure-llm", () => {
  const PLAIN = "TIMESTAMP,ContextTokens,GeneratedTokens";
  const MULTIMODAL = "TIMESTAMP,NumImages,ContextTokens,GeneratedTokens";

  it.each([
    [
      "2023, seven digits and no zone",
      PLAIN,
      ["2023-11-16 18:17:03.9799600,4808,10", "2023-11-16 18:17:04.0781490,110,27"],
      98_189_000,
    ],
    [
      "2024, six digits and a zone",
      PLAIN,
      ["2024-05-10 00:00:00.009930+00:00,4808,10", "2024-05-10 00:00:01.009930+00:00,110,27"],
      1e9,
    ],
    [
      "multimodal, with images",
      MULTIMODAL,
      ["2025-01-01 23:59:59.5,2,4808,10", "2025-01-02 00:00:00.25,0,110,27"],
      750e6,
    ],
    [
      "without a fraction, in another zone",
      PLAIN,
      ["2024-02-28T23:00:00-01:00,4808,10", "2024-02-29T00:00:01Z,110,27"],
      1e9,
    ],
  ])("reads %s", (_what, header, rows, secondNs) => {
    expect(read(azureLlmFormat, header, ...rows)).toEqual([
      { atNs: 0, inputTokens: 4_808, outputTokens: 10, hashIds: null },
      { atNs: secondNs, inputTokens: 110, outputTokens: 27, hashIds: null },
    ]);
  });

  it.each([
    ["2023-11-16 18:17:03.9799600,4808", "2: TRC009 .*found 2 columns, expected 3"],
    ["2023-11-16 18:17:03,4808,10,5", "2: TRC009 .*found 4 columns"],
    ["2023-02-30 18:17:03,4808,10", "2:1: TRC012"],
    ["2023-11-16 25:17:03,4808,10", "2:1: TRC012"],
    ["16/11/2023 18:17,4808,10", "2:1: TRC012"],
    ["2023-11-16 18:17:03,-4808,10", "2:21: TRC004"],
    ["2023-11-16 18:17:03,4808,NaN", "2:26: TRC005"],
    ["2023-11-16 18:17:03,,10", "2:21: TRC005"],
    ['2023-11-16 18:17:03,"4808",10', "2:21: TRC005"],
    ["2023-11-16 18:17:03,0x10,10", "2:21: TRC005"],
    ["2023-11-16 18:17:03,48.5,10", "2:21: TRC011"],
  ])("refuses %s", (row, message) => {
    expect(() => read(azureLlmFormat, PLAIN, row)).toThrow(new RegExp(`trace:${message}`));
  });

  it("refuses time that goes back", () => {
    const rows = ["2023-11-16 18:17:03.2,1,1", "2023-11-16 18:17:03.1,1,1"];
    expect(() => read(azureLlmFormat, PLAIN, ...rows)).toThrow(/:3:1: TRC003/);
  });

  it("refuses another header", () => {
    const header = "TIMESTAMP,GeneratedTokens,ContextTokens";
    expect(() => read(azureLlmFormat, header, "1,2,3")).toThrow(/:1: TRC007 .*expected the header/);
  });
});

describe("burstgpt", () => {
  const V1 = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type";
  const V2 =
    "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type";

  it.each([
    ["release 1", V1, ["5,ChatGPT,472,18,490,Conversation log", "45.5,GPT-4,0,0,0,API log"]],
    [
      "release 2",
      V2,
      ["5,s1,1.2,ChatGPT,472,18,490,Conversation log", "45.5,,0,GPT-4,0,0,0,API log"],
    ],
  ])("reads %s, failures included", (_what, header, rows) => {
    expect(read(burstGptFormat, header, ...rows)).toEqual([
      { atNs: 0, inputTokens: 472, outputTokens: 18, hashIds: null },
      { atNs: 40.5e9, inputTokens: 0, outputTokens: 0, hashIds: null },
    ]);
  });

  it.each([
    [V1, "5,ChatGPT,472,18,490", "2: TRC009"],
    [V1, "5,ChatGPT,472,x,490,log", "2:15: TRC005"],
    ["Timestamp,Model,Request tokens", "5,ChatGPT,472", "1: TRC007"],
  ])("refuses what is not", (header, row, message) => {
    expect(() => read(burstGptFormat, header, row)).toThrow(new RegExp(`trace:${message}`));
  });
});
