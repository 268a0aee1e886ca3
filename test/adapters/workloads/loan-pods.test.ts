import { describe, expect, it } from "vitest";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { loansOf } from "../../../src/adapters/workloads/loan-pods.ts";
import { workloads } from "../../../src/adapters/workloads/workloads.ts";
import { MINUTE_MS } from "../../../src/core/units.ts";
import { someTerms } from "../../support/builders/loans.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { coreweavePool, pod, type PodTraits } from "../../support/kube-objects.ts";

const KEYS = ["jobset.sigs.k8s.io/jobset-name", "scheduling.k8s.io/group-name"];
const POOL = { ...coreweavePool(), loan: someTerms({ gangKeys: KEYS }) };

async function bench(...objects: readonly Json[]) {
  const kube = kubeBench();
  for (const object of objects) kube.api.put(object);
  const running = workloads({ ...kube, discovery: discovery(kube.client) });
  running.start();
  await kube.timers.settle();
  return { ...kube, workloads: running };
}
const train = (name: string, { labels, ...traits }: PodTraits = {}) =>
  pod(name, { labels: { queue: "training", ...labels }, gpus: "4", ...traits });
const annotated = (annotations: Readonly<Record<string, string>>) => ({
  metadata: { annotations },
});

describe("the pods of a loan", () => {
  it.each([
    ["runs alone where nothing says otherwise", train("p"), {}],
    [
      "is of the gang that a label names",
      train("p", { labels: { "jobset.sigs.k8s.io/jobset-name": "big" } }),
      { gang: "jobset.sigs.k8s.io/jobset-name=big" },
    ],
    [
      "or that Volcano's annotation does",
      train("p", annotated({ "scheduling.k8s.io/group-name": "pg" })),
      { gang: "scheduling.k8s.io/group-name=pg" },
    ],
    [
      "says when it last saved its work",
      train("p", annotated({ "breakwater.dev/checkpointed-at": "2027-01-15T08:00:00Z" })),
      { checkpointAt: 1_800_000_000_000 },
    ],
    [
      "and nothing where that is no time",
      train("p", annotated({ "breakwater.dev/checkpointed-at": "soon" })),
      {},
    ],
  ])("%s", async (_what, object, expected) => {
    const kube = await bench(object);
    const { pods } = await kube.workloads.read([], [POOL]);
    expect(pods.map(({ fleet, loan }) => ({ fleet, loan }))).toEqual([
      { fleet: null, loan: { pools: ["gb200-a"], ...expected } },
    ]);
    await kube.workloads.stop();
  });

  it("are those that its selector means, GPUs or not; others are strangers as ever", async () => {
    const driver = pod("driver", { labels: { queue: "training" } });
    const kube = await bench(driver, pod("other", { gpus: "4" }), pod("cpu"));
    const { pods } = await kube.workloads.read([], [POOL]);
    expect(pods.map(({ name, loan }) => [name, loan])).toEqual([
      ["driver", { pools: ["gb200-a"], light: true }],
      ["other", undefined],
    ]);
    expect((await kube.workloads.read([])).pods.map(({ name }) => name)).toEqual(["other"]);
    await kube.workloads.stop();
  });

  it("have the loan's grace when they are evicted, instead of their own", async () => {
    const kube = await bench(train("p", { gpus: "4" }));
    const [found] = (await kube.workloads.read([], [POOL])).pods;
    if (found === undefined) throw new Error("the pod is listed");
    const posted: unknown[] = [];
    const client = {
      ...kube.client,
      post: (...call: Parameters<typeof kube.client.post>) => {
        posted.push(call[2]);
        return kube.client.post(...call);
      },
    };
    const evicting = workloads({ ...kube, client, discovery: discovery(client) });
    await evicting.evict(found, MINUTE_MS);
    expect(posted).toMatchObject([
      { deleteOptions: { preconditions: { uid: found.uid }, gracePeriodSeconds: 60 } },
    ]);
    await kube.workloads.stop();
  });
});

it("only pools with a loan have one", () => {
  expect(loansOf([POOL, coreweavePool("gb200-b")]).map(({ pool }) => pool)).toEqual(["gb200-a"]);
});
