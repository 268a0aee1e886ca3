import { describe, expect, it } from "vitest";
import { rateCsvFormat } from "../../../src/traces/formats/rate-csv.ts";
import { serveGenRateFormat } from "../../../src/traces/formats/servegen-rate.ts";
import { linesRead } from "../../support/trace-lines.ts";

describe("rate-csv", () => {
  it.each([
    [
      "seconds and rates",
      ["t_s,req_per_s", "0,212.78", "600,0"],
      [
        [0, 212.78],
        [600, 0],
      ],
    ],
    [
      "stamps and counts of five minutes",
      ["timestamp,value", "2014-04-10 00:04:00,94.0", "2014-04-10 00:09:00,56.0"],
      [
        [0, 94 / 300],
        [300, 56 / 300],
      ],
    ],
  ])("reads %s", (_what, lines, expected) => {
    const rates = linesRead(rateCsvFormat, lines);
    expect(rates.map(({ atSeconds, perSecond }) => [atSeconds, perSecond])).toEqual(expected);
  });

  it.each([
    [["t_s,req_per_s", "0,1", "-5,1"], "3:1: TRC004"],
    [["t_s,req_per_s", "5,1", "4,1"], "3:1: TRC003"],
    [["t_s,req_per_s", "0,1,2"], "2: TRC009"],
    [["t_s,req_per_s", "0,Infinity"], "2:3: TRC005"],
    [["timestamp,value", "yesterday,1"], "2:1: TRC012"],
    [["time,value", "0,1"], "1: TRC007"],
  ])("refuses %j", (lines, message) => {
    expect(() => linesRead(rateCsvFormat, lines)).toThrow(new RegExp(`trace:${message}`));
  });
});

describe("servegen-rate", () => {
  it.each([
    ["chunks of a client, empty windows included", ["0,1.5,1.2,Gamma,0.7,0.9", "600,0,,,,"]],
    ["rates that were summed", ["t_s,req_per_s", "0,1.5", "600,0"]],
    ["time and rate alone", ["0,1.5", "600,0"]],
  ])("reads %s", (_what, lines) => {
    expect(linesRead(serveGenRateFormat, lines)).toEqual([
      { atSeconds: 0, perSecond: 1.5 },
      { atSeconds: 600, perSecond: 0 },
    ]);
  });

  it.each([
    [["0"], "1: TRC009"],
    [["0,1,1,Gamma,1,1,1"], "1: TRC009"],
    [["0,-1,1,Gamma,1,1"], "1:3: TRC004"],
    [["600,1", "0,1"], "2:1: TRC003"],
  ])("refuses %j", (lines, message) => {
    expect(() => linesRead(serveGenRateFormat, lines)).toThrow(new RegExp(`trace:${message}`));
  });
});
