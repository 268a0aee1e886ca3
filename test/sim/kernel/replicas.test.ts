import { describe, expect, it } from "vitest";
import {
  AGGREGATED,
  DECODE_UNIT,
  GONE,
  PREFILL_UNIT,
  QUEUE_FIRST,
  REPLICA_SHIFT,
  Replicas,
  ROUTABLE,
  SLOWDOWN,
} from "../../../src/sim/kernel/replicas.ts";

const none = new Float64Array();

describe("replicas", () => {
  it("have ids from 0 on, a role, and nothing to do", () => {
    const replicas = new Replicas(none, none);
    const roles = ["Aggregated", "Prefill", "Decode"] as const;
    expect(roles.map((role) => replicas.add(role))).toEqual([0, 1, 2]);
    expect([0, 1, 2].map((id) => replicas.role(id))).toEqual([
      AGGREGATED,
      PREFILL_UNIT,
      DECODE_UNIT,
    ]);
    expect(replicas.words[(1 << REPLICA_SHIFT) + QUEUE_FIRST]).toBe(-1);
    expect(replicas.words[(1 << REPLICA_SHIFT) + SLOWDOWN]).toBe(1);
  });

  it("that never were are gone", () => {
    const replicas = new Replicas(none, none);
    replicas.add("Aggregated");
    expect([-1, 0, 1].map((id) => replicas.status(id))).toEqual([GONE, ROUTABLE, GONE]);
  });

  it("keep what they have when there are more of them", () => {
    const replicas = new Replicas(none, none);
    replicas.add("Aggregated");
    replicas.words[SLOWDOWN] = 3;
    for (let id = 1; id < 200; id++) replicas.add("Decode");
    expect([replicas.words[SLOWDOWN], replicas.role(199)]).toEqual([3, DECODE_UNIT]);
  });
});
