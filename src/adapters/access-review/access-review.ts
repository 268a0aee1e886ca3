/** Who a bearer token belongs to, and whether they may read a path: the cluster says. */
import type { KubeClient } from "../kubernetes/client.ts";
import { booleanAt, objectAt, stringAt, valueAt } from "../kubernetes/decode.ts";
import type { Json } from "../kubernetes/decode.ts";
import { ACCESS_REVIEWS, TOKEN_REVIEWS } from "../kubernetes/resources.ts";

export interface Reviewed {
  readonly allowed: boolean;
  /** "" when the token is nobody's. */
  readonly user: string;
  readonly reason: string;
}

/**
 * TokenReview, then SubjectAccessReview of `get` on the path as a non-resource URL.
 * @throws PortError when the cluster cannot be asked
 */
export function accessReview(
  client: KubeClient,
): (token: string, path: string) => Promise<Reviewed> {
  return async (token, path) => {
    const review = await client.create(
      { resource: TOKEN_REVIEWS, namespace: "" },
      { apiVersion: TOKEN_REVIEWS.apiVersion, kind: TOKEN_REVIEWS.kind, spec: { token } },
    );
    if (!booleanAt(review, "status", "authenticated")) {
      const reason = stringAt(review, "status", "error") || "the cluster does not know it";
      return { allowed: false, user: "", reason };
    }
    return mayGet(client, objectAt(review, "status", "user"), path);
  };
}

async function mayGet(client: KubeClient, user: Json, path: string): Promise<Reviewed> {
  const name = stringAt(user, "username");
  const answer = await client.create(
    { resource: ACCESS_REVIEWS, namespace: "" },
    {
      apiVersion: ACCESS_REVIEWS.apiVersion,
      kind: ACCESS_REVIEWS.kind,
      spec: {
        user: name,
        uid: stringAt(user, "uid"),
        groups: valueAt(user, "groups") ?? [],
        extra: objectAt(user, "extra"),
        nonResourceAttributes: { path, verb: "get" },
      },
    },
  );
  const allowed = booleanAt(answer, "status", "allowed");
  const reason = stringAt(answer, "status", "reason") || "no rule allows it";
  return { allowed, user: name, reason };
}
