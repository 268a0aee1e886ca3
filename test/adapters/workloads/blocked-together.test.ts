import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import { workloads } from "../../../src/adapters/workloads/workloads.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { pod } from "../../support/kube-objects.ts";

const GANG = ["train-0", "train-1", "train-2"];
const member = (name: string, ready = true): Json =>
  pod(name, {
    gpus: "4",
    labels: { run: "big" },
    ...(ready && { readySince: "2026-12-01T18:00:00Z" }),
  });

interface Budget {
  readonly name?: string;
  readonly selector?: object;
  readonly spec?: object;
  readonly status?: object;
  readonly namespace?: string;
}

const budget = ({ name = "big", namespace = "agents", ...of }: Budget): Json => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace },
  spec: { selector: of.selector ?? { matchLabels: { run: "big" } }, ...of.spec },
  status: { observedGeneration: 1, ...of.status },
});

async function asked(objects: readonly Json[]): Promise<string | null> {
  const kube = kubeBench();
  for (const object of objects) kube.api.put(object);
  const running = workloads({ ...kube, discovery: discovery(kube.client) });
  running.start();
  await kube.timers.settle();
  const { pods } = await running.read([]);
  const found = await running.blockedTogether(pods.filter(({ name }) => GANG.includes(name)));
  await running.stop();
  return found;
}

const ready = GANG.map((name) => member(name));
const oneDown = GANG.map((name, n) => member(name, n !== 0));
const allows = (disruptionsAllowed: number, more: object = {}) => ({ disruptionsAllowed, ...more });

describe("pods that run together may go together", () => {
  it.each<[string, readonly Json[], readonly Json[]]>([
    ["where no budget covers them", ready, []],
    ["where a budget allows as many", ready, [budget({ status: allows(3) })]],
    [
      "where a budget covers others",
      ready,
      [budget({ selector: { matchLabels: { run: "other" } }, status: allows(0) })],
    ],
    [
      "where a budget is another namespace's",
      ready,
      [budget({ namespace: "research", status: allows(0) })],
    ],
    [
      "where it is met without the one that is not ready",
      oneDown,
      [budget({ status: allows(2, { currentHealthy: 2, desiredHealthy: 2 }) })],
    ],
    [
      "where it spares what is not ready always",
      oneDown,
      [budget({ spec: { unhealthyPodEvictionPolicy: "AlwaysAllow" }, status: allows(2) })],
    ],
  ])("%s", async (_what, pods, budgets) => {
    expect(await asked([...pods, ...budgets])).toBeNull();
  });

  it.each<[string, readonly Json[], readonly Json[], RegExp]>([
    [
      "a budget allows fewer",
      ready,
      [budget({ status: allows(2) })],
      /^PodDisruptionBudget agents\/big allows 2 evictions, 3 pods .* none is evicted$/,
    ],
    ["it has no status yet", ready, [budget({})], /allows 0/],
    [
      "it was changed a moment ago",
      ready,
      [budget({ status: allows(9, { observedGeneration: 0 }) })],
      /agents\/big was changed/,
    ],
    ["an empty selector means all pods", ready, [budget({ selector: {} })], /3 pods/],
    [
      "one is not ready and the budget is not met",
      oneDown,
      [budget({ status: allows(2, { currentHealthy: 2, desiredHealthy: 3 }) })],
      /allows 2 evictions, 3 pods/,
    ],
    [
      "two budgets cover one: the API refuses that whatever they allow",
      ready,
      [budget({ status: allows(9) }), budget({ name: "all", selector: {}, status: allows(9) })],
      /train-0 is under PodDisruptionBudget agents\/all and PodDisruptionBudget agents\/big/,
    ],
  ])("not where %s", async (_what, pods, budgets, said) => {
    expect(await asked([...pods, ...budgets])).toMatch(said);
  });
});
