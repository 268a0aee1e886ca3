import { describe, expect, it } from "vitest";
import { fenced } from "../../../src/adapters/kubernetes/fenced.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { CONFIG_MAPS } from "../../../src/adapters/kubernetes/resources.ts";

const COLLECTION = { resource: CONFIG_MAPS, namespace: "breakwater" };
const BODY = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "memory" } };

describe("a fenced transport", () => {
  const bench = (leading: () => boolean) => {
    const { api, timers } = kubeBench();
    return kubeClient({ transport: fenced(api.transport, leading), timers });
  };

  it("starts no write once the lease deadline has passed, and reads on", async () => {
    let leading = true;
    const client = bench(() => leading);
    await client.create(COLLECTION, BODY);
    leading = false;
    const at = { ...COLLECTION, name: "memory" };
    await expect(client.mergePatch(at, { data: {} })).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("past the lease deadline"),
    });
    await expect(client.get(at)).resolves.toMatchObject({ metadata: { name: "memory" } });
  });
});
