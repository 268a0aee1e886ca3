import type { KubeClient } from "./client.ts";
import { stringAt } from "./decode.ts";
import { SELF_REVIEWS } from "./resources.ts";

/** @returns the name by which the API server knows the caller. @throws PortError */
export async function whoAmI(client: KubeClient): Promise<string> {
  const { apiVersion, kind } = SELF_REVIEWS;
  const review = await client.create(
    { resource: SELF_REVIEWS, namespace: "" },
    { apiVersion, kind },
  );
  return stringAt(review, "status", "userInfo", "username");
}
