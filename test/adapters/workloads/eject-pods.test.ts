import { describe, expect, it } from "vitest";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { type Json, metaOf } from "../../../src/adapters/kubernetes/decode.ts";
import { ejectPods, readmitPods } from "../../../src/adapters/workloads/eject-pods.ts";
import { workloads } from "../../../src/adapters/workloads/workloads.ts";
import { compileFleet } from "../../../src/config/compile-fleet.ts";
import { epochMs } from "../../../src/core/units.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { pod } from "../../support/kube-objects.ts";
import { rawFleet } from "../../support/raw-objects.ts";

const LABEL = "breakwater.dev/route";
const NOTE = "breakwater.dev/ejected";
const AT = epochMs(Date.UTC(2026, 11, 1, 18));
const LATER = epochMs(AT + 15_000);

function fleet(key: string) {
  const eject = { removePodLabel: { key } };
  const engine = { name: "engine", target: { selector: { app: "engine" } }, eject };
  const workload = { ...engine, unit: { gpus: 8 }, unitsPerRack: 8 };
  const compiled = compileFleet(rawFleet({ workloads: [workload] }), epochMs(0));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.value;
}

async function bench(labels: Readonly<Record<string, string>> = { [LABEL]: "blue" }) {
  const kube = kubeBench();
  const given = { app: "engine", ...labels };
  const stored = kube.api.put(pod("p", { gpus: "4", labels: given }));
  const { namespace, name, uid } = metaOf(stored);
  const running = workloads({ ...kube, discovery: discovery(kube.client) });
  running.start();
  await kube.timers.settle();
  const ref = { namespace, name, uid };
  const writer = { client: kube.client, written: () => {} };
  const marks = () => {
    const { labels: now, annotations } = metaOf(kube.api.get(stored));
    return { label: now[LABEL], note: annotations[NOTE] };
  };
  const routes = async (key = LABEL) =>
    (await running.read([fleet(key)])).pods.map(({ route }) => route);
  return {
    ...kube,
    stored,
    workloads: running,
    ref,
    routed: { ...ref, label: LABEL },
    writer,
    marks,
    routes,
  };
}

const NOTED = JSON.stringify({ label: LABEL, value: "blue", at: "2026-12-01T18:00:00.000Z" });

describe("keeping new turns off a pod", () => {
  it("takes the label off and notes what it was, in one write", async () => {
    const kube = await bench();
    await kube.workloads.eject([kube.routed], AT);
    expect(kube.marks()).toEqual({ label: undefined, note: NOTED });
    expect(kube.api.callsTo("PATCH", /pods/)).toHaveLength(1);
    await kube.workloads.stop();
  });

  it("is seen at once, by any process", async () => {
    const kube = await bench();
    expect(await kube.routes()).toEqual([{ label: LABEL, ejectedAt: null }]);
    await kube.workloads.eject([kube.routed], AT);
    expect(await kube.routes()).toEqual([{ label: LABEL, ejectedAt: AT }]);
    // The fleet was changed meanwhile: the pod is out all the same, and can be put back.
    expect(await kube.routes("another")).toEqual([{ label: LABEL, ejectedAt: AT }]);
    await kube.workloads.stop();
  });

  it("again keeps the first instant", async () => {
    const kube = await bench();
    await kube.workloads.eject([kube.routed], AT);
    await kube.workloads.eject([kube.routed], LATER);
    expect(kube.marks().note).toBe(NOTED);
    await kube.workloads.stop();
  });

  it.each([
    ["that is gone", "missing", undefined],
    ["that replaced it under its name", "p", "another"],
  ])("leaves alone a pod %s", async (_, name, uid) => {
    const kube = await bench();
    const other = { ...kube.routed, name, uid: uid ?? kube.ref.uid };
    await ejectPods(kube.writer, [other], AT);
    await readmitPods(kube.writer, [other]);
    expect(kube.marks()).toEqual({ label: "blue", note: undefined });
    await kube.workloads.stop();
  });

  it("goes through where the kubelet writes in between", async () => {
    const kube = await bench();
    const touch = () =>
      void kube.api.edit(kube.stored, { status: { phase: "Running" } }, "kubelet");
    kube.api.fail({ method: "PATCH", path: /pods/, fault: { kind: "first", run: touch } });
    await kube.workloads.eject([kube.routed], AT);
    expect(kube.marks()).toEqual({ label: undefined, note: NOTED });
    await kube.workloads.stop();
  });

  it("is not tried where its own object selects by the label: it would be replaced", async () => {
    const kube = await bench();
    const given = fleet(LABEL);
    const workloads = given.workloads.map((workload) => ({ ...workload, ejectLabel: "app" }));
    const { pods } = await kube.workloads.read([{ ...given, workloads }]);
    expect(pods.map(({ route }) => route)).toEqual([undefined]);
    await kube.workloads.stop();
  });

  it("is not known for a pod without the label", async () => {
    const kube = await bench({});
    expect(await kube.routes()).toEqual([undefined]);
    await kube.workloads.eject([kube.routed], AT);
    expect(kube.marks().note).toBeUndefined();
    await kube.workloads.stop();
  });
});

describe("giving a pod turns again", () => {
  it("puts the old value back, once", async () => {
    const kube = await bench();
    await kube.workloads.eject([kube.routed], AT);
    await kube.workloads.readmit([kube.ref]);
    await kube.workloads.readmit([kube.ref]);
    expect(kube.marks()).toEqual({ label: "blue", note: undefined });
    expect(kube.api.callsTo("PATCH", /pods/)).toHaveLength(2);
    expect(await kube.routes()).toEqual([{ label: LABEL, ejectedAt: null }]);
    await kube.workloads.stop();
  });

  it("leaves what a person put there, and drops the note", async () => {
    const kube = await bench();
    await kube.workloads.eject([kube.routed], AT);
    kube.api.edit(kube.stored, { metadata: { labels: { [LABEL]: "green" } } });
    await kube.workloads.readmit([kube.ref]);
    expect(kube.marks()).toEqual({ label: "green", note: undefined });
    await kube.workloads.stop();
  });

  it.each(["no JSON", '"text"', "{}", '{"label":"x","value":"y","at":"never"}'])(
    "drops a note that is not ours: %s",
    async (note) => {
      const kube = await bench();
      const annotated: Json = { metadata: { annotations: { [NOTE]: note } } };
      kube.api.edit(kube.stored, annotated);
      await kube.workloads.readmit([kube.ref]);
      expect(kube.marks()).toEqual({ label: "blue", note: undefined });
      await kube.workloads.stop();
    },
  );
});
