import { describe, expect, it } from "vitest";
import { indexOfRecord } from "../../../src/adapters/decision-log/decode.ts";
import { aDecisionLog } from "../../support/decision-log.ts";

describe("the index on a line of the log", () => {
  it("is the record's", () => {
    expect(aDecisionLog({ ticks: 3 }).map(indexOfRecord)).toEqual([0, 1, 2]);
  });

  it.each(["", "{", "null", "7", "[]", "{}", '{"index":"7"}', '{"index":null}'])(
    "is none on %j",
    (line) => {
      expect(indexOfRecord(line)).toBeNull();
    },
  );
});
