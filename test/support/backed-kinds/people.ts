/** Whoever else touches the objects: people, controllers, providers. */
import { isJson, type Json, objectAt, stringAt } from "../../../src/adapters/kubernetes/decode.ts";
import type { HttpRequest, Transport } from "../../../src/adapters/kubernetes/transport.ts";
import type { FakeKubeApi } from "../kube-api/fake-kube-api.ts";

export interface People {
  /** Creates the object, with its status. */
  put(object: Json): Promise<void>;
  get(object: Json): Promise<Json>;
  edit(object: Json, patch: Json, manager: string): Promise<void>;
  setStatus(object: Json, status: Json): Promise<void>;
  remove(object: Json): Promise<void>;
}

export const fakePeople = (api: FakeKubeApi): People => ({
  put: async (object) => void api.put(object),
  get: async (object) => api.get(object) ?? {},
  edit: async (object, patch, manager) => void api.edit(object, patch, manager),
  setStatus: async (object, status) => void api.edit(object, { status }),
  remove: async (object) => api.delete(object),
});

const WRITTEN = "application/json";
const MERGED = "application/merge-patch+json";

/** On a real API server, with every right. */
export function apiPeople(transport: Transport): People {
  const send = async (
    method: HttpRequest["method"],
    path: string,
    { body, type = WRITTEN }: { readonly body?: Json; readonly type?: string } = {},
  ): Promise<Json> => {
    const signal = AbortSignal.timeout(30_000);
    const headers = { accept: WRITTEN, "content-type": type };
    const text = body === undefined ? null : JSON.stringify(body);
    const answer = await transport({ method, path, headers, body: text, signal });
    const said = await answer.text();
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
    const parsed: unknown = JSON.parse(said);
    return isJson(parsed) ? parsed : {};
  };
  const setStatus = async (object: Json, status: Json) => {
    await send("PATCH", `${pathOf(object)}/status`, { body: { status }, type: MERGED });
  };
  return {
    put: async (object) => {
      const { status, ...rest } = object;
      await send("POST", collectionOf(object), { body: rest });
      if (isJson(status)) await setStatus(object, status);
    },
    get: (object) => send("GET", pathOf(object)),
    edit: async (object, body, manager) => {
      await send("PATCH", `${pathOf(object)}?fieldManager=${manager}`, { body, type: MERGED });
    },
    setStatus,
    remove: async (object) => {
      await send("DELETE", `${pathOf(object)}?gracePeriodSeconds=0`);
    },
  };
}

function collectionOf(object: Json): string {
  const apiVersion = stringAt(object, "apiVersion");
  const namespace = stringAt(objectAt(object, "metadata"), "namespace");
  const scope = namespace === "" ? "" : `/namespaces/${namespace}`;
  const root = apiVersion.includes("/") ? "apis" : "api";
  return `/${root}/${apiVersion}${scope}/${stringAt(object, "kind").toLowerCase()}s`;
}

const pathOf = (object: Json): string =>
  `${collectionOf(object)}/${stringAt(object, "metadata", "name")}`;
