import { describe, expect, it } from "vitest";
import { decodePod, decodeTarget, type KeptPod } from "../../../src/adapters/workloads/decode.ts";
import type { Membership } from "../../../src/adapters/workloads/memberships.ts";
import { withoutSliced } from "../../../src/adapters/workloads/slices.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aSized } from "../../support/builders/workloads.ts";
import { pod } from "../../support/kube-objects.ts";

const REF = {
  apiVersion: "disaggregatedset.x-k8s.io/v1",
  kind: "DisaggregatedSetRoleScaler",
  namespace: "agents",
  name: "coder-decode",
};

function member(manage: "Replicas" | "Observe" = "Replicas"): Membership {
  const { key, namespace } = aSmallFleet();
  const object = { metadata: { name: REF.name, namespace, uid: "u" }, spec: { replicas: 2 } };
  const scale = { spec: { replicas: 2 }, status: { selector: "of=decode" } };
  const target = decodeTarget(object, { ref: REF, part: null }, scale);
  return {
    fleet: key,
    namespace,
    workload: aSized({ manage }),
    targets: [target],
    problems: [],
  };
}

function inSlice(slice: string, { of = "decode", namespace = "agents" } = {}): KeptPod {
  const labels = { of, ...(slice !== "" && { "disaggregatedset.x-k8s.io/slice": slice }) };
  const made = decodePod(pod("engine", { labels, namespace, metadata: { uid: "u" } }));
  if (made === null) throw new Error("the pod is kept");
  return made;
}

describe("what a role's scaler counts", () => {
  it("is refused where its units run in several slices, and said to be each one's", () => {
    const [refused] = withoutSliced([member()], [inSlice("0"), inSlice("1")]);
    const text = "found units in 2 slices, expected one: its count is that of each";
    expect(refused?.targets[0]?.counted).toEqual({ text });
    const place = "InferenceFleet agents/coder spec.workloads[engine].target";
    expect(refused?.problems).toEqual([
      { fleet: "agents/coder", code: "workload-unknown", text: `${place}: ${text}.` },
    ]);
  });

  it.each<[string, readonly KeptPod[]]>([
    ["there is one slice", [inSlice("0"), inSlice("0")]],
    ["its controller knows no slices", [inSlice(""), inSlice("")]],
    ["another role has them", [inSlice("0"), inSlice("1", { of: "prefill" })]],
    ["another namespace has them", [inSlice("0"), inSlice("1", { namespace: "talks" })]],
    ["nothing runs", []],
  ])("is sized where %s", (_what, pods) => {
    const sized = member();
    expect(withoutSliced([sized], pods)).toEqual([sized]);
  });

  it("is nobody's problem where it is only observed", () => {
    const observed = member("Observe");
    expect(withoutSliced([observed], [inSlice("0"), inSlice("1")])).toEqual([observed]);
  });
});
