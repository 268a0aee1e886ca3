/** Where an object holds its count, by JSON Pointer or by what is known of a vendor's kind. */
import type { BackendPreset, CompiledBackend } from "../../core/compiled.ts";
import { booleanAt, type Json, listAt, metaOf, numberAt, valueAt } from "./decode.ts";
import type { NamedEntry } from "./managed-fields.ts";

export interface CountPlace {
  /** Keys from the object's root; an entry of a list goes by its name. */
  readonly path: readonly (string | NamedEntry)[];
  /** Where the object bounds its own count. */
  readonly bounds: { readonly least: readonly string[]; readonly most: readonly string[] } | null;
  /** What else must hold for the count to be the nodes of whole racks, and ours to write. */
  readonly obstacles: (object: Json) => readonly Obstacle[];
}

/** `field: found …, expected …` */
export interface Obstacle {
  readonly field: string;
  readonly text: string;
}

/** @throws when a backend without path and preset passed its schema */
export function countPlace({ preset, path, item }: CompiledBackend): CountPlace {
  if (path !== null) return { ...PLAIN, path: pointerKeys(path) };
  if (preset === "rancher") {
    return {
      ...PLAIN,
      path: ["spec", "rkeConfig", "machinePools", { name: item ?? "" }, "quantity"],
    };
  }
  const known = preset === null ? undefined : PRESETS[preset];
  if (known === undefined) throw new Error(`a count field of preset ${preset} passed its schema`);
  return known;
}

const pointerKeys = (pointer: string): readonly string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));

const PLAIN = { bounds: null, obstacles: () => [] };

const scaling = (...parent: readonly string[]) => ({
  path: [...parent, "desiredSize"],
  bounds: { least: [...parent, "minSize"], most: [...parent, "maxSize"] },
});

/**
 * Fields as in the kinds' references: Config Connector's ContainerNodePool, ACK's Nodegroup, Azure
 * Service Operator's ManagedClustersAgentPool, Crossplane's upjet NodePool and NodeGroup (v1beta2).
 */
const PRESETS: Readonly<Partial<Record<BackendPreset, CountPlace>>> = {
  kcc: {
    path: ["spec", "nodeCount"],
    bounds: null,
    obstacles: (object) => [
      ...autoscaled(object, "spec", "autoscaling"),
      ...severalZones(object, "spec", "nodeLocations"),
    ],
  },
  ack: { ...scaling("spec", "scalingConfig"), obstacles: externallyScaled },
  aso: { ...PLAIN, path: ["spec", "count"], obstacles: autoScalingOn },
  "crossplane-gke": {
    path: ["spec", "forProvider", "nodeCount"],
    bounds: null,
    obstacles: (object) => [
      ...autoscaled(object, "spec", "forProvider", "autoscaling"),
      ...severalZones(object, "spec", "forProvider", "nodeLocations"),
      ...observedOnly(object),
    ],
  },
  "crossplane-eks": {
    ...scaling("spec", "forProvider", "scalingConfig"),
    obstacles: observedOnly,
  },
};

const TWO_WRITERS = "two controllers must not size one pool";

function autoscaled(object: Json, ...path: readonly string[]): readonly Obstacle[] {
  const found = valueAt(object, ...path);
  if (found === undefined || (Array.isArray(found) && found.length === 0)) return [];
  return [
    { field: path.join("."), text: `found it set, expected none: ${TWO_WRITERS}; remove it` },
  ];
}

/** GKE's nodeCount counts the nodes of each zone, and a rack stands in one. */
function severalZones(object: Json, ...path: readonly string[]): readonly Obstacle[] {
  const zones = listAt(object, ...path).length;
  if (zones <= 1) return [];
  const text = `found ${zones} zones, expected one: the count is that of each zone`;
  return [{ field: path.join("."), text }];
}

/** With this value ACK leaves the desired size alone (eks-controller, annotations.go). */
const ACK_SIZED_BY = "eks.services.k8s.aws/desired-size-managed-by";
const ACK_SIZED_ELSEWHERE = "external-autoscaler";

function externallyScaled(object: Json): readonly Obstacle[] {
  if (metaOf(object).annotations[ACK_SIZED_BY] !== ACK_SIZED_ELSEWHERE) return [];
  const text = `found ${ACK_SIZED_ELSEWHERE}, expected ack-eks-controller: ${TWO_WRITERS}`;
  return [{ field: `metadata.annotations["${ACK_SIZED_BY}"]`, text }];
}

function autoScalingOn(object: Json): readonly Obstacle[] {
  if (!booleanAt(object, "spec", "enableAutoScaling")) return [];
  const text = `found true, expected false: ${TWO_WRITERS}; turn it off or delete the RackPool`;
  return [{ field: "spec.enableAutoScaling", text }];
}

/** Crossplane writes a managed resource to its cloud unless its policies leave Update out. */
function observedOnly(object: Json): readonly Obstacle[] {
  const policies = listAt(object, "spec", "managementPolicies");
  if (policies.length === 0 || policies.includes("*") || policies.includes("Update")) return [];
  const text = `found ${policies.join(", ")}, expected Update or *: nothing would be changed`;
  return [{ field: "spec.managementPolicies", text }];
}

/** A count as it stands in an object. */
export interface PlacedCount {
  /** null where there is none, or no number. */
  readonly value: number | null;
  /** JSON Pointer to it, list entries by their index. */
  readonly pointer: string;
  /** What must be at other pointers for this one to lead to the same count. */
  readonly entries: readonly { readonly pointer: string; readonly name: string }[];
}

/** @returns the count, and where it is now: the index of a list's entry is found by its name */
export function countAt(object: Json, { path }: CountPlace): PlacedCount {
  let at: unknown = object;
  let pointer = "";
  const entries: { pointer: string; name: string }[] = [];
  for (const step of path) {
    const key = typeof step === "string" ? step : `${indexOf(at, step)}`;
    at = typeof step === "string" ? valueAt(at, step) : Array.isArray(at) ? at[Number(key)] : null;
    pointer += `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (typeof step !== "string") entries.push({ pointer: `${pointer}/name`, name: step.name });
  }
  return { value: typeof at === "number" ? at : null, pointer, entries };
}

const indexOf = (list: unknown, { name }: NamedEntry): number =>
  Array.isArray(list) ? list.findIndex((entry) => valueAt(entry, "name") === name) : -1;

/** @returns the place as people write it: `spec.rkeConfig.machinePools[gb200].quantity` */
export const placeName = ({ path }: CountPlace): string =>
  path.reduce<string>((text, step) => {
    if (typeof step !== "string") return `${text}[${step.name}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");

/** In the object's own units; absent where it has no bound. */
export function boundsAt(
  object: Json,
  { bounds }: CountPlace,
): { readonly least: number; readonly most: number } | null {
  if (bounds === null) return null;
  const least = numberAt(object, ...bounds.least) ?? 0;
  const most = numberAt(object, ...bounds.most) ?? Number.POSITIVE_INFINITY;
  return { least, most };
}
