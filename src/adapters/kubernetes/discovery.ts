import type { ObjectRef } from "../../core/compiled.ts";
import { PortError } from "../../ports/errors.ts";
import type { KubeClient } from "./client.ts";
import { booleanAt, listAt, stringAt } from "./decode.ts";
import { orMissing } from "./failures.ts";
import { apiPath, type ObjectAt, type Resource } from "./resources.ts";

interface Served extends Resource {
  readonly namespaced: boolean;
  /** Subresources: `scale`, `status`. */
  readonly subresources: readonly string[];
}

export interface Discovered {
  readonly at: ObjectAt;
  readonly subresources: readonly string[];
}

/** Finds where the API serves the object that a person named by apiVersion and kind. */
export interface Discovery {
  /** @throws PortError `not-found` for a kind that is not served, `invalid` for a wrong scope */
  locate(ref: ObjectRef): Promise<Discovered>;
}

/** What was found is kept: a served kind does not change its plural. Misses are asked again. */
export function discovery(client: KubeClient): Discovery {
  const known = new Map<string, Served>();
  const served = async ({ apiVersion, kind }: ObjectRef): Promise<Served> => {
    const key = `${apiVersion} ${kind}`;
    const found = known.get(key) ?? (await ask(client, apiVersion, kind));
    known.set(key, found);
    return found;
  };
  return {
    locate: async (ref) => {
      const { namespaced, subresources, ...resource } = await served(ref);
      if (namespaced !== (ref.namespace !== "")) {
        const expected = namespaced ? "a namespace" : "no namespace";
        const found = `${ref.kind} ${ref.name}: found namespace "${ref.namespace}"`;
        throw new PortError("invalid", `${found}, expected ${expected}`);
      }
      return { at: { resource, namespace: ref.namespace, name: ref.name }, subresources };
    },
  };
}

async function ask(client: KubeClient, apiVersion: string, kind: string): Promise<Served> {
  const entries = await resourcesOf(client, apiVersion);
  const own = entries.find(
    (entry) => stringAt(entry, "kind") === kind && !stringAt(entry, "name").includes("/"),
  );
  if (own === undefined) {
    const text = `${apiVersion} ${kind}: the API server serves no such kind; is its CRD installed?`;
    throw new PortError("not-found", text);
  }
  const plural = stringAt(own, "name");
  const names = entries.map((entry) => stringAt(entry, "name"));
  const prefix = `${plural}/`;
  return {
    apiVersion,
    kind,
    plural,
    namespaced: booleanAt(own, "namespaced"),
    subresources: names.filter((n) => n.startsWith(prefix)).map((n) => n.slice(prefix.length)),
  };
}

async function resourcesOf(client: KubeClient, apiVersion: string): Promise<readonly unknown[]> {
  const group = await orMissing(() => client.getPath(apiPath(apiVersion)));
  return listAt(group, "resources");
}
