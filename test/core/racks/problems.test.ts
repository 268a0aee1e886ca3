import { describe, expect, it } from "vitest";
import { rackProblems } from "../../../src/core/racks/problems.ts";
import { MINUTE_MS } from "../../../src/core/units.ts";
import { rackOf } from "../../support/reports/report.ts";

const stuck = {
  step: "join" as const,
  waitedMs: 31 * MINUTE_MS,
  p99Ms: 6.9 * MINUTE_MS,
  nodes: ["n1"],
  text: "not Ready: n1",
};

describe("what is wrong with a pool's racks", () => {
  it("is nothing while all are in time and in place", () => {
    const given = { summaries: [rackOf("a", "Joining")], awaited: [], foreign: [] };
    expect(rackProblems(given)).toEqual([]);
  });

  it("is each stuck rack, with step, time and nodes", () => {
    const awaited = [{ phase: "Requested" as const, waitedMs: 1, stuck }];
    const problems = rackProblems({
      summaries: [rackOf("a", "Joining", { stuck }), rackOf("b", "Serving")],
      awaited,
      foreign: [],
    });
    expect(problems.map(({ code }) => code)).toEqual(["rack-stuck", "rack-stuck"]);
    expect(problems[0]?.text).toContain("Rack a: still in join after 7 min; not Ready: n1.");
    expect(problems[1]?.text).toContain("A rack asked for: still in join");
  });

  it("says of nodes without a label that they are of no rack yet", () => {
    const summaries = [rackOf("unlabelled", "Joining", { stuck })];
    const [problem] = rackProblems({ summaries, awaited: [], foreign: [] });
    expect(problem?.text).toContain("Nodes of no rack yet: still in join after 7 min");
  });

  it.each([
    [["n1"], "Node n1: NVLink domain d has nodes of RackPool east, west."],
    [["n1", "n2"], "n1 and 1 more node: NVLink domain d has nodes of RackPool east, west."],
    [["n1", "n2", "n3"], "n1 and 2 more nodes: NVLink domain d has nodes of RackPool east, west."],
  ])("is each foreign domain, by its nodes %j", (nodes, text) => {
    const foreign = [{ domain: "d", nodes, pools: ["east", "west"] }];
    const [problem] = rackProblems({ summaries: [], awaited: [], foreign });
    expect(problem?.code).toBe("foreign-nodes");
    expect(problem?.text).toContain(text);
  });
});
