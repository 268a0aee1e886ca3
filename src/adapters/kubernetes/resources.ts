/** A kind as the API serves it. */
export interface Resource {
  /** `v1` or `group/version`. */
  readonly apiVersion: string;
  readonly plural: string;
  /** For people: errors say "patching NodePool gb200-a". */
  readonly kind: string;
}

export interface ObjectAt {
  readonly resource: Resource;
  /** "" for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
}

export interface Collection {
  readonly resource: Resource;
  /** "" for cluster-scoped kinds, and for all namespaces. */
  readonly namespace: string;
}

export const NODES: Resource = { apiVersion: "v1", plural: "nodes", kind: "Node" };
export const PODS: Resource = { apiVersion: "v1", plural: "pods", kind: "Pod" };
export const CONFIG_MAPS: Resource = { apiVersion: "v1", plural: "configmaps", kind: "ConfigMap" };
export const LEASES: Resource = {
  apiVersion: "coordination.k8s.io/v1",
  plural: "leases",
  kind: "Lease",
};
export const EVENTS: Resource = {
  apiVersion: "events.k8s.io/v1",
  plural: "events",
  kind: "Event",
};

export const SECRETS: Resource = { apiVersion: "v1", plural: "secrets", kind: "Secret" };
export const SELF_REVIEWS: Resource = {
  apiVersion: "authentication.k8s.io/v1",
  plural: "selfsubjectreviews",
  kind: "SelfSubjectReview",
};
export const TOKEN_REVIEWS: Resource = {
  apiVersion: "authentication.k8s.io/v1",
  plural: "tokenreviews",
  kind: "TokenReview",
};
export const ACCESS_REVIEWS: Resource = {
  apiVersion: "authorization.k8s.io/v1",
  plural: "subjectaccessreviews",
  kind: "SubjectAccessReview",
};

const breakwater = (plural: string, kind: string): Resource => ({
  apiVersion: "breakwater.dev/v1alpha1",
  plural,
  kind,
});
export const RACK_POOLS = breakwater("rackpools", "RackPool");
export const INFERENCE_FLEETS = breakwater("inferencefleets", "InferenceFleet");
export const SCALE_DECISIONS = breakwater("scaledecisions", "ScaleDecision");
export const FLEET_OVERRIDES = breakwater("fleetoverrides", "FleetOverride");

/** @returns the path under which a group version is served and described */
export const apiPath = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

export function collectionPath({ resource, namespace }: Collection): string {
  const scope = namespace === "" ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${apiPath(resource.apiVersion)}${scope}/${resource.plural}`;
}

export const objectPath = (at: ObjectAt, subresource = ""): string =>
  `${collectionPath(at)}/${encodeURIComponent(at.name)}${subresource && `/${subresource}`}`;

/** @returns `NodePool gb200-a`, `Pod agents/decode-0` */
export const objectName = ({ resource, namespace, name }: ObjectAt): string =>
  `${resource.kind} ${namespace === "" ? name : `${namespace}/${name}`}`;
