import { describe, expect, it } from "vitest";
import type { Action } from "../../../src/core/decision.ts";
import type { CountMemory } from "../../../src/core/memory.ts";
import { reason } from "../../../src/core/reasons.ts";
import { after } from "../../../src/core/units.ts";
import {
  FOREIGN_HOLD_MS,
  askCounts,
  countKey,
  noticeCounts,
} from "../../../src/core/workloads/counts.ts";
import { CODER, NOW } from "../../support/builders/observed.ts";
import { anObject, ofEngine } from "../../support/builders/workloads.ts";

const KEY = countKey("engine", "uid-of-engine");
const HELD = after(NOW, FOREIGN_HOLD_MS);
const remembered = (changes: Partial<CountMemory> = {}): CountMemory => ({
  found: 8,
  askedFor: null,
  tries: 0,
  foreignUntil: null,
  ...changes,
});
const noticed = (found: number, before?: Partial<CountMemory>) =>
  noticeCounts(
    ofEngine(anObject(found)),
    before === undefined ? {} : { [KEY]: remembered(before) },
    NOW,
  )[KEY];

describe("a count", () => {
  it.each<[string, number, Partial<CountMemory> | undefined, Partial<CountMemory>]>([
    ["seen for the first time is taken as it is", 8, undefined, {}],
    ["that did not change is nobody's", 8, {}, {}],
    ["that is what we asked for is ours", 16, { askedFor: 16, tries: 2 }, { found: 16 }],
    ["that is neither is somebody else's", 12, { askedFor: 16 }, { found: 12, foreignUntil: HELD }],
    ["that changed unasked is too", 9, {}, { found: 9, foreignUntil: HELD }],
    ["that our write did not change is tried again", 8, { askedFor: 16, tries: 1 }, { tries: 2 }],
    [
      "three writes of which did not last is set back",
      8,
      { askedFor: 16, tries: 2 },
      { foreignUntil: HELD },
    ],
    ["that was foreign stays so for its time", 8, { foreignUntil: HELD }, { foreignUntil: HELD }],
    ["and no longer", 8, { foreignUntil: NOW }, {}],
  ])("%s", (_, found, before, expected) => {
    expect(noticed(found, before)).toEqual(remembered(expected));
  });

  describe("of an object that shows how often it changed", () => {
    const at = (generation: number, before: Partial<CountMemory>) =>
      noticeCounts(
        ofEngine({ ...anObject(8), generation }),
        { [KEY]: remembered({ askedFor: 16, generation: 5, ...before }) },
        NOW,
      )[KEY];

    it("is not set back by a write that never got through, however often", () => {
      const same = remembered({ tries: 2, generation: 5 });
      expect(at(5, { tries: 2 })).toEqual(same);
    });

    it.each([
      [{ tries: 1 }, { tries: 2 }],
      [{ tries: 2 }, { foreignUntil: HELD }],
    ])("is set back by somebody where the object is newer: %j", (before, expected) => {
      expect(at(7, before)).toEqual(remembered({ ...expected, generation: 7 }));
    });
  });

  it("remembers what the plan asks for", () => {
    const action: Action = {
      kind: "SetReplicas",
      intent: "x",
      fleet: CODER,
      object: anObject(8).ref,
      uid: "uid-of-engine",
      changes: [{ workload: "engine", part: null, from: 8, to: 16 }],
      reason: reason("units-follow"),
    };
    expect(askCounts({ [KEY]: remembered() }, [action])).toEqual({
      [KEY]: remembered({ askedFor: 16 }),
    });
  });
});
