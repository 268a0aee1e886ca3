import { describe, expect, it } from "vitest";
import { withUnwritten } from "../../../src/core/gate/unwritten.ts";
import type { Intent } from "../../../src/core/observation.ts";
import { rackCount } from "../../../src/core/units.ts";
import { aStage } from "../../support/builders/gate.ts";
import { CODER, anIntent } from "../../support/builders/observed.ts";

/** Four racks are asked for. */
const { state } = aStage();
const ASKED = { "gb200-east": { [CODER]: rackCount(4) } };

const growth = (changes: Partial<Intent> = {}): Intent =>
  anIntent({
    pool: "gb200-east",
    direction: "Out",
    phase: "Pending",
    fromRacks: rackCount(4),
    toRacksAtMost: rackCount(6),
    askedRacks: null,
    ...changes,
  });

describe("racks that open decisions will ask for", () => {
  it.each([
    ["count in full while nothing was written", growth(), 6],
    ["count as far as they were started for", growth({ askedRacks: rackCount(5) }), 5],
    ["do not count twice once the count shows them", growth({ toRacksAtMost: rackCount(4) }), 4],
    ["do not count once the decision ended", growth({ phase: "Done" }), 4],
    ["are none of a drain's", growth({ direction: "In", toRacksAtMost: rackCount(3) }), 4],
  ])("%s", (_, intent, expected) => {
    expect(withUnwritten(ASKED, [intent], [state])).toEqual({
      "gb200-east": { [CODER]: expected },
    });
  });

  it("of a pool that nobody holds racks of count as well", () => {
    const sums = withUnwritten({}, [growth({ pool: "gb200-west" })], []);
    expect(sums).toEqual({ "gb200-west": { [CODER]: 6 } });
  });
});
