import { type Json, objectAt, stringAt } from "../../../src/adapters/kubernetes/decode.ts";
import { type ObjectName, type ObjectStore, uidOf } from "./object-store.ts";
import { refuse } from "./refusal.ts";

/** The annotation by which a test has a budget refuse the eviction of a pod. */
export const BUDGET_ANNOTATION = "test/disruption-budget";

export function evict(store: ObjectStore, at: ObjectName, body: unknown): Json {
  const pod = store.get(at);
  if (pod === null) throw refuse(404, "NotFound", `pods "${at.name}" not found`);
  const budget = stringAt(pod, "metadata", "annotations", BUDGET_ANNOTATION);
  if (budget !== "") {
    const message = "Cannot evict pod as it would violate the pod's disruption budget.";
    const causes = [
      { reason: "DisruptionBudget", message: `The disruption budget ${budget} needs 1` },
    ];
    throw refuse(429, "TooManyRequests", message, { causes });
  }
  const uid = stringAt(body, "deleteOptions", "preconditions", "uid");
  if (uid !== "" && uid !== uidOf(pod)) {
    const text = `the UID in the precondition (${uid}) does not match ${uidOf(pod)}`;
    throw refuse(409, "Conflict", text);
  }
  const metadata = { ...objectAt(pod, "metadata"), deletionTimestamp: "2026-12-01T18:00:00Z" };
  store.update(at, { ...pod, metadata }, "eviction");
  return { kind: "Status", status: "Success", code: 201 };
}
