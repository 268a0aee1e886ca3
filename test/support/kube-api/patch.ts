import { isDeepStrictEqual } from "node:util";

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

export class PatchRefused extends Error {}

/** @returns a copy of `target` after RFC 6902 operations. @throws PatchRefused */
export function applyJsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new PatchRefused("cannot unmarshal object into Go value");
  const root: Node = { "": structuredClone(target) };
  for (const operation of operations) applyOperation(root, operation);
  return root[""];
}

function applyOperation(root: Node, operation: unknown): void {
  if (!isNode(operation)) throw new PatchRefused("an operation must be an object");
  const { op, path, value } = operation;
  const keys = String(path)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop() ?? "";
  const holder = keys.reduce<unknown>((at, key) => (isNode(at) ? at[key] : undefined), root);
  if (op === "test") {
    const found = isNode(holder) ? holder[last] : undefined;
    if (isDeepStrictEqual(found ?? null, value ?? null)) return;
    throw new PatchRefused(`testing path ${String(path)} failed: test failed`);
  }
  if (!isNode(holder)) throw new PatchRefused(`${String(op)} path does not exist: ${String(path)}`);
  if (op === "remove" || op === "replace") {
    if (!(last in holder)) throw new PatchRefused(`${op}: missing path: ${String(path)}`);
  }
  if (op === "remove") delete holder[last];
  else holder[last] = value;
}

/** @returns a copy of `target` after an RFC 7386 merge patch */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isNode(patch) || Array.isArray(patch)) return patch;
  const result: Node = isNode(target) && !Array.isArray(target) ? structuredClone(target) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(result[key], value);
  }
  return result;
}
