import { describe, expect, it } from "vitest";
import { INGREDIENTS } from "../../src/core/policy/ingredients.ts";
import { POLICIES, policyNamed } from "../../src/studies/policies.ts";
import { DAY_MS, MINUTE_MS, rackCount } from "../../src/core/units.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";

const NAMES = POLICIES.map(({ name }) => name);

const DECIDING = POLICIES.flatMap(({ name, kind }) =>
  kind === "ours" || kind === "baseline" ? [name] : [],
);

describe("the table of policies", () => {
  it("names those it has when asked for another", () => {
    expect(() => policyNamed("kpa2")).toThrow(
      'policy "kpa2" is not known, expected one of breakwater, without-forecast, ' +
        "without-quantiles, without-cache-response, without-lead-time, without-scale-in-safety, " +
        "without-arbitration, static, hpa-queue, hpa-kv, kpa, dynamo, dynamo-load, wva-v1, " +
        "wva-v2, llm-d-slo, llm-d-token, kthena, clairvoyant, causal-reference",
    );
  });

  it.each(NAMES)("%s: its knob is swept upwards", (name) => {
    const { sweep } = policyNamed(name).knob;
    expect(sweep.length).toBeGreaterThan(3);
    expect(sweep).toEqual(sweep.toSorted((a, b) => a - b));
    expect(sweep).toContain(policyNamed(name).knob.default);
  });

  it.each(DECIDING)("%s: runs under its own name, no slower than it is to be asked", (name) => {
    const { policy, tickEveryMs } = policyNamed(name).configure(aSmallGroup(), 1);
    expect(policy?.name ?? "breakwater").toBe(name);
    expect(tickEveryMs).toBeLessThanOrEqual(Math.min(15_000, policy?.everyMs ?? 15_000));
  });

  it.each(["clairvoyant", "causal-reference"])("%s: decides on nothing but its plan", (name) => {
    expect(() => policyNamed(name).configure(aSmallGroup())).toThrow(
      `policy ${name} decides on a plan of the whole run, found none`,
    );
  });

  it("ours is as the fleets say, unless its knob is turned", () => {
    const group = aSmallGroup();
    expect(policyNamed("breakwater").configure(group).group).toBe(group);
    const turned = policyNamed("breakwater").configure(group, 2).group;
    expect(turned.fleets.map(({ headroomZ }) => headroomZ)).toEqual([2]);
  });

  it.each(INGREDIENTS)("without-%s: ours, with the same knob, but for that part", (ingredient) => {
    const { policy, group } = policyNamed(`without-${ingredient}`).configure(aSmallGroup(), 2);
    expect(policy).toBeUndefined();
    expect(group.fleets).toMatchObject([{ headroomZ: 2, without: ingredient }]);
  });

  it("without-arbitration: nothing is guaranteed, and what is lent stays lent", () => {
    const loan = {
      podLabels: {},
      max: rackCount(2),
      fenceTaint: "fence",
      graceMs: MINUTE_MS,
      minTenureMs: MINUTE_MS,
      gangKeys: [],
    };
    const given = aSmallGroup({}, { loan });
    const { group } = policyNamed("without-arbitration").configure(given);
    const [pool] = group.pools;
    expect(pool?.consumers.map(({ guaranteed }) => guaranteed)).toEqual(
      given.pools[0]?.consumers.map(() => 0),
    );
    expect(pool?.loan?.minTenureMs).toBeGreaterThan(DAY_MS);
  });
});
