import { describe, expect, it } from "vitest";
import { mergePoints, recordEvent } from "../../../src/adapters/log-views/log-views.ts";
import { createView } from "../../../src/adapters/http/view.ts";
import { makeRecord } from "../../../src/core/record.ts";
import { surgeTick } from "../../support/reports/surge.ts";

const lineOf = (tick: number): string => {
  const { candidate: _none, ...seen } = surgeTick(tick);
  const input = { codeVersion: "0.1.0", ...seen };
  const position = { index: 0, previousHash: "", keyframe: true };
  return makeRecord(input, position, () => "digest").line;
};

describe("a line of a decision log", () => {
  it("shows what the live page showed of the tick", () => {
    const view = createView();
    view.tick(surgeTick(260));
    const event = recordEvent(lineOf(260));
    expect(event.fleets).toEqual(view.fleets().fleets);
    expect(event.pools).toEqual(view.pools().pools);
    expect(event.decisions).toEqual(view.decisions().decisions);
    expect(event.history).toEqual(
      view.history().fleets.map(({ fleet, points }) => ({ fleet, point: points[0] })),
    );
  });

  it("keeps the peak of a minute of ticks", () => {
    const [calm, pain] = [250, 270].map((tick) => recordEvent(lineOf(tick)).history[0]?.point);
    if (calm === undefined || pain === undefined) throw new Error("each tick has a point");
    const { values } = mergePoints(pain, { ...calm, atSeconds: pain.atSeconds });
    expect(values["ttftP95"]).toBe(pain.values["ttftP95"]);
  });

  it.each([
    ["no JSON", "hello", "not JSON, expected a decision record"],
    ["a number", "12", "found 12"],
    ["another version", '{"schemaVersion":9}', "schemaVersion is 9, this page reads 2"],
    ["another document", '{"schemaVersion":2,"policy":{}}', "without observation, decision"],
  ])("is refused in words: %s", (_name, text, words) => {
    expect(() => recordEvent(text)).toThrow(words);
  });
});
