import { describe, expect, it } from "vitest";
import { compilePool } from "../../src/config/compile-pool.ts";
import { describeErrors } from "../../src/config/field-error.ts";
import { type Raw, rawPool } from "../support/raw-objects.ts";

const errorOf = (raw: unknown): string => {
  const compiled = compilePool(raw);
  return compiled.ok ? "no error" : describeErrors(compiled.errors);
};

const scale = {
  kind: "scale",
  target: { apiVersion: "cluster.x-k8s.io/v1beta2", kind: "MachineDeployment", name: "gb200" },
  countPerRack: 18,
  nodeLabels: { pool: "gb200" },
};
const window = { from: "2026-12-01T00:00:00Z", until: "2026-12-08T00:00:00Z", racks: 2 };
const fleet = { namespace: "agents", name: "coder" };

describe("a RackPool compiles", () => {
  it("with every default filled in and durations in milliseconds", () => {
    expect(compilePool(rawPool())).toEqual({
      ok: true,
      value: {
        name: "gb200-a",
        uid: "",
        generation: 1,
        backend: {
          kind: "coreweave",
          target: {
            apiVersion: "compute.coreweave.com/v1alpha1",
            kind: "NodePool",
            namespace: "",
            name: "gb200-a",
          },
          preset: null,
          path: null,
          item: null,
          members: null,
          countPerRack: 1,
          nodeLabels: { "compute.coreweave.com/node-pool": "gb200-a" },
          acknowledgeUnproven: false,
        },
        rack: {
          domainKeys: [
            "ds.coreweave.com/nvlink.domain",
            "cloud.google.com/gce-topology-subblock",
            "nvidia.com/gpu.clique",
          ],
          nodes: 18,
          usableNodes: 16,
          gpusPerNode: 4,
        },
        supply: {
          kind: "OnDemand",
          committedRacks: 0,
          windows: [],
          interruptions: {
            taints: [
              "karpenter.sh/disrupted",
              "aws-node-termination-handler/spot-itn",
              "aws-node-termination-handler/asg-lifecycle-termination",
              "cloud.google.com/impending-node-termination",
              "remediator.kubernetes.azure.com/unschedulable",
            ],
            conditions: ["PreemptScheduled", "TerminateScheduled", "Terminating"],
            noticeMs: 30_000,
            expectedEveryMs: 604_800_000,
          },
        },
        price: null,
        leadTimePrior: {
          grant: { p50Ms: 30_000, p95Ms: 300_000 },
          boot: { p50Ms: 1_620_000, p95Ms: 2_700_000 },
          join: { p50Ms: 75_000, p95Ms: 240_000 },
          repair: { p50Ms: 1_800_000, p95Ms: 86_400_000 },
        },
        limits: { maxRacks: 8, maxDraining: 1, maxRequestsPerHour: 2 },
        onForeignWrite: { action: "Hold", forMs: 7_200_000 },
        consumers: [{ fleet, guaranteed: 0, max: 8, weight: 100 }],
      },
    });
  });

  it("with any object that has a scale subresource", () => {
    const compiled = compilePool(rawPool({ backend: scale }));
    expect(compiled).toMatchObject({
      value: {
        backend: {
          kind: "scale",
          target: { ...scale.target, namespace: "" },
          countPerRack: 18,
          nodeLabels: { pool: "gb200" },
        },
      },
    });
  });

  it("with money, windows and seconds as numbers", () => {
    const compiled = compilePool(
      rawPool({
        supply: { kind: "Calendar", windows: [{ ...window, evacuateBefore: 90 }] },
        price: { usdPerRackHour: "756.00" },
        onForeignWrite: { action: "Adopt", for: 5 },
      }),
    );
    expect(compiled).toMatchObject({
      value: {
        supply: { windows: [{ from: 1_796_083_200_000, racks: 2, evacuateBeforeMs: 90_000 }] },
        price: { usdPerRackHour: 756, billedFrom: "Booted" },
        onForeignWrite: { action: "Adopt", forMs: 5_000 },
      },
    });
  });

  it("keeps identity and generation", () => {
    const raw = { ...rawPool(), metadata: { name: "a", uid: "u-1", generation: 7 } };
    expect(compilePool(raw)).toMatchObject({ value: { name: "a", uid: "u-1", generation: 7 } });
  });
});

describe("a RackPool is refused with place, finding and expectation", () => {
  const cases: readonly (readonly [string, Raw, string])[] = [
    [
      "two drains at once",
      { limits: { maxRacks: 8, maxDraining: 2 } },
      "expected a pool drains one rack at a time, so that it can be told which one left; set 1",
    ],
    ["no limit", { limits: {} }, "spec.limits.maxRacks: found nothing, expected a whole number"],
    [
      "a limit in words",
      { limits: { maxRacks: "many" } },
      'spec.limits.maxRacks: found "many", expected a whole number',
    ],
    [
      "a negative limit",
      { limits: { maxRacks: -1 } },
      "spec.limits.maxRacks: found -1, expected at least 0",
    ],
    [
      "an unknown backend",
      { backend: { kind: "terraform" } },
      'spec.backend.kind: found "terraform", expected one of coreweave, cluster-api, karpenter',
    ],
    [
      "CoreWeave without a name",
      { backend: { kind: "coreweave" } },
      'spec.backend: found {"kind":"coreweave"}, expected kind coreweave needs name',
    ],
    ["scale without target", { backend: { kind: "scale" } }, "kind scale needs target"],
    [
      "scale without labels",
      { backend: { ...scale, nodeLabels: {} } },
      "spec.backend.nodeLabels: found {}, expected every kind but coreweave and karpenter needs",
    ],
    [
      "a count that is no rack",
      { backend: { ...scale, countPerRack: 9 } },
      "spec.backend.countPerRack: found 9, expected countPerRack must be 1",
    ],
    [
      "more usable nodes than nodes",
      { rack: { nodes: 9 } },
      "spec.rack.usableNodes: found nothing, expected usableNodes must not exceed nodes",
    ],
    [
      "a commitment without contract",
      { supply: { kind: "Spot", committedRacks: 2 } },
      "spec.supply.committedRacks: found 2, expected committedRacks is for supply of kind Reserved",
    ],
    [
      "a calendar without windows",
      { supply: { kind: "Calendar" } },
      "spec.supply.windows: found nothing, expected windows are needed",
    ],
    [
      "a window that ends before it begins",
      { supply: { kind: "Calendar", windows: [{ ...window, until: "2026-11-01T00:00:00Z" }] } },
      'spec.supply.windows[0].until: found "2026-11-01T00:00:00Z", expected until must be later',
    ],
    [
      "a window without time zone",
      { supply: { kind: "Calendar", windows: [{ ...window, from: "2026-12-01T00:00:00" }] } },
      "spec.supply.windows[0].from",
    ],
    [
      "a commitment above the limit",
      { supply: { kind: "Reserved", committedRacks: 9 } },
      "spec.supply.committedRacks: found 9, expected committedRacks must not exceed limits",
    ],
    [
      "a price as a number",
      { price: { usdPerRackHour: 756 } },
      "spec.price.usdPerRackHour: found 756, expected a decimal number of at least 0 in quotes",
    ],
    [
      "a duration in days",
      { onForeignWrite: { for: "2d" } },
      'spec.onForeignWrite.for: found "2d", expected a Go duration such as "1h30m"',
    ],
    [
      "a distribution in days",
      { leadTimePrior: { boot: { p50: "2d" } } },
      'spec.leadTimePrior.boot.p50: found "2d", expected a Go duration',
    ],
    [
      "a distribution upside down",
      { leadTimePrior: { boot: { p50: "50m", p95: "45m" } } },
      'spec.leadTimePrior.boot.p50: found "50m", expected p50 must not exceed p95',
    ],
    [
      "a guarantee above the maximum",
      { consumers: [{ fleet, guaranteed: 4, max: 2 }] },
      "spec.consumers[0].guaranteed: found 4, expected guaranteed must not exceed max",
    ],
    [
      "guarantees above the pool",
      { limits: { maxRacks: 3 }, consumers: [{ fleet, guaranteed: 4, max: 4 }] },
      "expected the guarantees of all consumers together must not exceed limits.maxRacks",
    ],
    [
      "a fleet listed twice",
      {
        consumers: [
          { fleet, max: 1 },
          { fleet, max: 2 },
        ],
      },
      "expected a fleet may be listed once",
    ],
  ];

  it.each(cases)("%s", (_name, spec, expected) => {
    expect(errorOf(rawPool(spec))).toContain(expected);
  });

  it("every error at once", () => {
    const text = errorOf(rawPool({ limits: {}, supply: { kind: "Rented" } }));
    expect(text).toContain("spec.limits.maxRacks");
    expect(text).toContain("spec.supply.kind");
  });

  it.each([
    [
      "another kind",
      { ...rawPool(), kind: "Pool" },
      'kind: found "Pool", expected one of RackPool',
    ],
    ["another version", { ...rawPool(), apiVersion: "v9" }, 'apiVersion: found "v9"'],
    ["no name", { ...rawPool(), metadata: {} }, "metadata.name: found nothing, expected text"],
    ["no spec", { ...rawPool(), spec: undefined }, "spec: found nothing, expected an object"],
    ["nothing at all", null, ": found null, expected an object"],
  ])("%s", (_name, raw, expected) => {
    expect(errorOf(raw)).toContain(expected);
  });
});

describe("a RackPool with a loan", () => {
  const loan = { selector: { queue: "training" }, max: 5 };
  const consumers = [{ fleet, max: 4 }, { loan }];
  const supply = { kind: "Reserved", committedRacks: 4 };

  it("has its terms beside the fleets, every default filled in", () => {
    const compiled = compilePool(rawPool({ consumers, supply }));
    expect(compiled).toMatchObject({
      value: {
        consumers: [{ fleet, max: 4 }],
        loan: {
          podLabels: { queue: "training" },
          max: 5,
          fenceTaint: "breakwater.dev/reclaim",
          graceMs: 900_000,
          minTenureMs: 7_200_000,
        },
      },
    });
    expect(compilePool(rawPool())).not.toHaveProperty("value.loan");
  });

  it.each([
    ["twice", { consumers: [...consumers, { loan }] }, "one loan at most"],
    ["without a fleet", { consumers: [{ loan }] }, "beside a fleet"],
    ["of racks that cost money", { supply: { kind: "OnDemand" } }, "that are paid for"],
    [
      "for everything",
      { consumers: [{ fleet, max: 4 }, { loan: { ...loan, selector: {} } }] },
      "empty",
    ],
    ["and a fleet in one", { consumers: [{ fleet, max: 4, loan }] }, "either fleet or loan"],
    [
      "with a guarantee",
      {
        consumers: [
          { fleet, max: 4 },
          { loan, guaranteed: 1 },
        ],
      },
      "guaranteed",
    ],
    [
      "behind no taint's key",
      { consumers: [{ fleet, max: 4 }, { loan: { ...loan, fenceTaint: "a b" } }] },
      "a key such as",
    ],
  ])("is refused %s", (_what, changes, expected) => {
    expect(errorOf(rawPool({ consumers, supply, ...changes }))).toContain(expected);
  });

  it("a fleet without max is refused", () => {
    expect(errorOf(rawPool({ consumers: [{ fleet }] }))).toContain("max goes with fleet");
  });
});
