import { describe, expect, it } from "vitest";
import { isReading, readOnly } from "../../../src/adapters/cluster-survey/read-only.ts";
import type { HttpRequest } from "../../../src/adapters/kubernetes/transport.ts";
import { kubeBench } from "../../support/kube-bench.ts";

const REVIEWS = "/apis/authorization.k8s.io/v1";

describe("a connection that only reads", () => {
  it.each<readonly [HttpRequest["method"], string, boolean]>([
    ["GET", "/api/v1/nodes", true],
    ["GET", "/api/v1/pods?watch=1", true],
    ["POST", `${REVIEWS}/selfsubjectaccessreviews`, true],
    ["POST", `${REVIEWS}/subjectaccessreviews?fieldManager=breakwater`, true],
    ["POST", "/apis/authentication.k8s.io/v1/tokenreviews", false],
    ["POST", `${REVIEWS}/subjectaccessreviews/../../api/v1/pods`, false],
    ["POST", "/api/v1/namespaces/a/pods/p/eviction", false],
    ["PUT", "/api/v1/nodes/n", false],
    ["PATCH", "/api/v1/nodes/n", false],
    ["DELETE", "/api/v1/nodes/n", false],
  ])("%s %s: %s", (method, path, reads) => {
    expect(isReading({ method, path })).toBe(reads);
  });

  it("sends nothing else, and says so", async () => {
    const { api } = kubeBench();
    const request: HttpRequest = {
      method: "DELETE",
      path: "/api/v1/nodes/n",
      headers: {},
      body: null,
      signal: new AbortController().signal,
    };
    await expect(readOnly(api.transport)(request)).rejects.toMatchObject({ code: "forbidden" });
    expect(api.calls).toEqual([]);
  });
});
