import { expect, it } from "vitest";
import { metaOf } from "../../../src/adapters/kubernetes/decode.ts";
import { listAll } from "../../../src/adapters/kubernetes/list-all.ts";
import { PODS } from "../../../src/adapters/kubernetes/resources.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { pod } from "../../support/kube-objects.ts";

it.each([
  [0, 1],
  [500, 1],
  [501, 2],
  [1_001, 3],
])("%i objects come in %i answers, each once", async (objects, answers) => {
  const { api, client } = kubeBench();
  for (let i = 0; i < objects; i += 1) api.put(pod(`pod-${i}`));
  const found = await listAll(client, { resource: PODS, namespace: "agents" });
  expect(new Set(found.map((raw) => metaOf(raw).name)).size).toBe(objects);
  expect(found).toHaveLength(objects);
  expect(api.callsTo("GET", /pods/)).toHaveLength(answers);
});
