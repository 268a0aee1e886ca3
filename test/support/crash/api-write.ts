/** What a write to the Kubernetes API changes, in words that do not name the object. */

export interface ApiRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** Asking who somebody is, or may do, changes nothing. */
const REVIEWS: ReadonlySet<string> = new Set([
  "tokenreviews",
  "subjectaccessreviews",
  "selfsubjectaccessreviews",
]);
/** What guards a merge patch; it changes nothing. */
const GUARDS: ReadonlySet<string> = new Set(["/metadata/uid", "/metadata/resourceVersion"]);
/** Deeper paths are values: conditions, counts by phase. */
const PATH_DEPTH = 2;

/**
 * @returns verb, resource, subresource and patched paths (`PATCH nodepools /spec/targetRacks`),
 *   with a minus where the path is removed; the phase beside its path, because each is a step of
 *   its own; null for what writes nothing
 */
export function writeOf(request: ApiRequest): string | null {
  const { method, path } = request;
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return null;
  const resource = resourceOf(path);
  if (REVIEWS.has(resource)) return null;
  return [method, resource, ...changedPaths(request)].join(" ");
}

/** `/apis/group/v1/namespaces/n/things/name/status` → `things/status` */
function resourceOf(path: string): string {
  const [plain = ""] = path.split("?");
  const parts = plain.split("/").filter((part) => part !== "");
  const rest = parts.slice(parts[0] === "api" ? 2 : 3);
  const [plural = "", , subresource] =
    rest[0] === "namespaces" && rest.length > 2 ? rest.slice(2) : rest;
  return subresource === undefined ? plural : `${plural}/${subresource}`;
}

function changedPaths({ method, contentType, body }: ApiRequest): readonly string[] {
  if (method !== "PATCH") return [];
  const patch: unknown = JSON.parse(body);
  const paths = contentType.includes("json-patch") ? patchedPaths(patch) : leaves(patch, "", 0);
  return [...new Set(paths)].filter((path) => !GUARDS.has(path)).toSorted();
}

/** The paths as they are given: what is below one is its value, but for the phase. */
function patchedPaths(patch: unknown): readonly string[] {
  if (!Array.isArray(patch)) return [];
  return patch.flatMap((operation) => {
    const { op, path, value } = fieldsOf(operation);
    if (op === "test" || typeof path !== "string") return [];
    const { phase } = fieldsOf(value);
    if (typeof phase === "string") return [path, `${path}/phase=${phase}`];
    return leaves(op === "remove" ? null : value, path, PATH_DEPTH);
  });
}

function leaves(value: unknown, at: string, depth: number): readonly string[] {
  if (value === null) return [`-${at}`];
  if (typeof value === "string" && at.endsWith("/phase")) return [`${at}=${value}`];
  const fields = Object.entries(fieldsOf(value));
  // What is taken off labels and annotations is not what is put on them.
  if (depth >= PATH_DEPTH && fields.length > 0) {
    return fields.every(([, inner]) => inner === null) ? [`-${at}`] : [at];
  }
  if (depth >= PATH_DEPTH || fields.length === 0) return [at];
  return fields.flatMap(([key, inner]) => leaves(inner, `${at}/${key}`, depth + 1));
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
