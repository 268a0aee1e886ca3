/** Asks the API server who may do what: about the caller, or about a service account. */
import { PortError } from "../../ports/errors.ts";
import type { AccessAnswer, AccessQuestion } from "../../ports/cluster-survey.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { booleanAt, listAt, stringAt } from "../kubernetes/decode.ts";
import { isNotFound } from "../kubernetes/failures.ts";
import { ACCESS_REVIEWS, apiPath, type Resource } from "../kubernetes/resources.ts";

export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

export interface AccessAsker {
  readonly client: KubeClient;
  /** null: whoever runs it. */
  readonly account: ServiceAccount | null;
}

const SELF_REVIEWS: Resource = {
  apiVersion: "authorization.k8s.io/v1",
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
};

/** Answers in the order of the questions, one after another: some sixty, a millisecond each. */
export async function askAccess(
  asker: AccessAsker,
  questions: readonly AccessQuestion[],
): Promise<readonly AccessAnswer[]> {
  const served = new Map<string, Promise<GroupResource | null>>();
  const answers: AccessAnswer[] = [];
  for (const question of questions) {
    const { on } = question;
    const key = JSON.stringify(on);
    const located =
      "group" in on ? Promise.resolve(on) : (served.get(key) ?? locate(asker.client, on));
    served.set(key, located);
    const resource = await located;
    answers.push(resource === null ? { kind: "unserved" } : await ask(asker, question, resource));
  }
  return answers;
}

interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

async function locate(
  client: KubeClient,
  { apiVersion, kind }: Pick<Resource, "apiVersion" | "kind">,
): Promise<GroupResource | null> {
  try {
    const entries = listAt(await client.getPath(apiPath(apiVersion)), "resources");
    const names = entries
      .filter((entry) => stringAt(entry, "kind") === kind)
      .map((entry) => stringAt(entry, "name"));
    const resource = names.find((name) => !name.includes("/"));
    const cut = apiVersion.indexOf("/");
    const group = cut < 0 ? "" : apiVersion.slice(0, cut);
    return resource === undefined ? null : { group, resource };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

async function ask(
  { client, account }: AccessAsker,
  { verb, subresource, namespace, name }: AccessQuestion,
  { group, resource }: GroupResource,
): Promise<AccessAnswer> {
  const attributes = { verb, group, resource, subresource, namespace, name };
  const kind = account === null ? SELF_REVIEWS : ACCESS_REVIEWS;
  const answer = await client.create(
    { resource: kind, namespace: "" },
    {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      spec: { resourceAttributes: attributes, ...(account === null ? {} : subject(account)) },
    },
  );
  const error = stringAt(answer, "status", "evaluationError");
  const allowed = booleanAt(answer, "status", "allowed");
  if (!allowed && error !== "") throw new PortError("server-error", `${kind.kind}: ${error}`);
  const path = subresource === "" ? resource : `${resource}/${subresource}`;
  return { kind: "answered", allowed, group, resource: path };
}

/** As the API server names service accounts and their groups. */
const subject = ({ namespace, name }: ServiceAccount) => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
});
