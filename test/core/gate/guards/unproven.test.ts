import { describe, expect, it } from "vitest";
import type { CompiledBackend } from "../../../../src/core/compiled.ts";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { unprovenGuard } from "../../../../src/core/gate/guards/unproven.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { aPool } from "../../../support/reports/compiled.ts";

const contextOf = (backend: Partial<CompiledBackend>) =>
  aGateContext({ pool: { backend: { ...aPool("gb200-east").backend, ...backend } } });

describe("the unproven guard", () => {
  it.each<[string, Partial<CompiledBackend>]>([
    ["proven on a real controller", { kind: "scale" }],
    ["proven on its vendor's definitions", { kind: "cluster-api" }],
    ["acknowledged", { kind: "coreweave", acknowledgeUnproven: true }],
  ])("passes a backend that is %s", (_, backend) => {
    expect(unprovenGuard.check(growthTo(6), contextOf(backend))).toEqual(PASS);
    expect(unprovenGuard.check(A_SHRINK, contextOf(backend))).toEqual(PASS);
  });

  it.each<[string, Partial<CompiledBackend>]>([
    ["coreweave", { kind: "coreweave" }],
    ["openshift", { kind: "scale", preset: "openshift" }],
  ])("has %s confirmed by a person, in both directions", (name, backend) => {
    for (const proposal of [growthTo(6), A_SHRINK]) {
      expect(unprovenGuard.check(proposal, contextOf(backend))).toMatchObject({
        kind: "Confirm",
        approvers: 1,
        reason: { code: "unproven-backend", text: expect.stringContaining(`The ${name} backend`) },
      });
    }
  });
});
