/** Who asks, by the roles of the chart, and how each is bound. */
import { CONTROLLER, RELEASE_NAMESPACE } from "../chart.ts";

/** The columns of the table, in its order. */
export const PEOPLE = [
  "stranger",
  "viewer",
  "model team",
  "operator",
  "approver",
  "configurer",
  "controller",
] as const;
export type Person = (typeof PEOPLE)[number];

export const HOME = "agents";
export const ELSEWHERE = "search";

/** @returns the user name by which the API server knows the person */
export const userOf = (person: Person): string =>
  person === "controller" ? CONTROLLER : person.replace(" ", "-");

/** Roles in the whole cluster. Who works on one namespace may still look at all. */
const EVERYWHERE: Readonly<Partial<Record<Person, string>>> = {
  viewer: "viewer",
  "model team": "viewer",
  operator: "viewer",
  approver: "viewer",
  configurer: "configurer",
};

/** Roles in namespaces. On-call may write overrides beside the controller too: the stop. */
const WITHIN: readonly (readonly [Person, string, string])[] = [
  ["model team", "fleet-editor", HOME],
  ["operator", "operator", HOME],
  ["operator", "operator", RELEASE_NAMESPACE],
  ["approver", "approver", HOME],
];

export const bindings = (): readonly object[] => [
  ...Object.entries(EVERYWHERE).map(([person, role]) => binding(person, role, null)),
  ...WITHIN.map(([person, role, namespace]) => binding(person, role, namespace)),
];

function binding(person: string, role: string, namespace: string | null): object {
  const user = person.replace(" ", "-");
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: namespace === null ? "ClusterRoleBinding" : "RoleBinding",
    metadata: { name: `${user}-${role}`, ...(namespace !== null && { namespace }) },
    roleRef: {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "ClusterRole",
      name: `breakwater-${role}`,
    },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
  };
}
