import { describe, expect, it } from "vitest";
import { createView } from "../../../src/adapters/http/view.ts";
import { statusText } from "../../../src/cli/status/status-text.ts";
import { surgeTick } from "../../support/reports/surge.ts";

/** What is printed after a tick of a surge: racks asked for, coming, serving. */
function textAt(tick: number): string {
  const view = createView();
  view.tick(surgeTick(tick));
  const [fleets, pools, decisions] = [view.fleets(), view.pools(), view.decisions()];
  return statusText({ fleets, pools, decisions });
}

const all = Array.from({ length: 40 }, (_, n) => textAt(n * 10));

describe("status", () => {
  it("shows fleets and pools at every tick", () => {
    for (const text of all) {
      expect(text).toContain("agents/coder");
      expect(text).toContain("gb200-east");
    }
  });

  it("says which racks are on their way", () => {
    const onTheWay = all.filter((text) => /\d (Joining|Starting)/.test(text));
    expect(onTheWay.length).toBeGreaterThan(0);
    for (const text of onTheWay) expect(text).toMatch(/: \d (Joining|Starting)[.;]/);
  });

  it("says nothing of racks on their way while there are none", () => {
    const calm = all.filter((text) => !/(Requested|Provisioning|Joining|Starting)/.test(text));
    expect(calm.length).toBeGreaterThan(0);
    for (const text of calm) expect(text).not.toContain("p95");
  });
});
