/** What somebody tries: one or more requests, all of which are allowed or all refused. */
import type { Raw } from "../raw-objects.ts";
import type { Person } from "./people.ts";

export interface Request {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: object;
  /** Who the asker says they are, by Kubernetes impersonation; absent: themselves. */
  readonly as?: string;
}

export interface Deed {
  readonly about: "Decisions" | "Fleets" | "Pools" | "Overrides" | "Beside them";
  readonly deed: string;
  readonly by: readonly Person[];
  requests(user: string): readonly Request[];
}

const GROUP = "/apis/breakwater.dev/v1alpha1";

export type Plural = "scaledecisions" | "inferencefleets" | "fleetoverrides" | "rackpools";

export const pathOf = (plural: Plural, namespace: string | null, rest = ""): string =>
  `${GROUP}${namespace === null ? "" : `/namespaces/${namespace}`}/${plural}${rest}`;

export const patch = (path: string, body: Raw): Request => ({ method: "PATCH", path, body });
export const post = (path: string, body: object): Request => ({ method: "POST", path, body });
export const get = (path: string): Request => ({ method: "GET", path });
export const remove = (path: string): Request => ({ method: "DELETE", path });
