import { describe, expect, it } from "vitest";
import { domainsOf } from "../../../src/core/racks/domains.ts";
import { nodeCount } from "../../../src/core/units.ts";
import { aPool } from "../../support/reports/compiled.ts";

const RACK = "ds.coreweave.com/nvlink.domain";
const CLIQUE = "nvidia.com/gpu.clique";
const UUID = "61248eac-4785-4fbf-9cbd-235631e37e9d";
const keys = { ...aPool().rack, domainKeys: [RACK, CLIQUE] };
const half = { ...keys, nodes: nodeCount(9), usableNodes: nodeCount(8) };

const domains = (rack: typeof keys, ...labels: readonly Readonly<Record<string, string>>[]) =>
  domainsOf(
    rack,
    labels.map((each) => ({ labels: each })),
  );

describe("the NVLink domain of a node", () => {
  it.each([
    ["the first key that it carries", { [RACK]: "rack-7", [CLIQUE]: "c" }, "rack-7"],
    ["a later key where it carries no other", { [CLIQUE]: "c" }, "c"],
    ["none without a key", {}, null],
    ["none where the key is empty", { [RACK]: "" }, null],
    ["the ClusterUUID, not the partition", { [CLIQUE]: `${UUID}.20663` }, UUID],
    [
      "none before the fabric is attached",
      { [CLIQUE]: `${UUID.replace(/[0-9a-f]/g, "0")}.0` },
      null,
    ],
    ["a value of another form as it is", { [CLIQUE]: "rack.3" }, "rack.3"],
  ])("is %s", (_, labels, domain) => {
    expect(domains(keys, labels)).toEqual([domain]);
  });

  it("is one for two cliques of a ClusterUUID where racks are whole domains", () => {
    const labels = [{ [CLIQUE]: `${UUID}.1` }, { [CLIQUE]: `${UUID}.2` }];
    expect(domains(keys, ...labels)).toEqual([UUID, UUID]);
  });

  it("is the clique where a rack is a partition of the domain", () => {
    const labels = [{ [CLIQUE]: `${UUID}.1` }, { [CLIQUE]: `${UUID}.2` }];
    expect(domains(half, ...labels)).toEqual([`${UUID}.1`, `${UUID}.2`]);
  });
});

describe("a node that carries only a later key", () => {
  it("is in the domain that its neighbours name", () => {
    const labels = [{ [CLIQUE]: "c" }, { [RACK]: "rack-7", [CLIQUE]: "c" }, { [CLIQUE]: "d" }];
    expect(domains(keys, ...labels)).toEqual(["rack-7", "rack-7", "d"]);
  });

  it("keeps its own where they disagree", () => {
    const labels = [
      { [CLIQUE]: "c" },
      { [RACK]: "rack-7", [CLIQUE]: "c" },
      { [RACK]: "rack-8", [CLIQUE]: "c" },
    ];
    expect(domains(keys, ...labels)).toEqual(["c", "rack-7", "rack-8"]);
  });

  it("and whose value is another's domain by the first key stays apart from it", () => {
    expect(
      domains(keys, { [RACK]: "c" }, { [CLIQUE]: "c" }, { [CLIQUE]: "c", [RACK]: "r" }),
    ).toEqual(["c", "r", "r"]);
  });
});
