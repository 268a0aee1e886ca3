/** FleetOverrides as commands write them; pauses are marked, so that `resume` ends no other. */
import { metaOf, numberAt, stringAt, valueAt } from "../adapters/kubernetes/decode.ts";
import type { Json } from "../adapters/kubernetes/decode.ts";
import type { KubeClient } from "../adapters/kubernetes/client.ts";
import { FLEET_OVERRIDES, INFERENCE_FLEETS } from "../adapters/kubernetes/resources.ts";
import { GO_DURATION_PATTERN, durationMs } from "../config/go-duration.ts";
import { whoAmI } from "../adapters/kubernetes/who-am-i.ts";
import { PortError } from "../ports/errors.ts";
import { UsageError } from "./usage-error.ts";

/** Every fleet of the namespace; in the controller's own namespace, of the cluster. */
export const ALL_FLEETS = "*";
/** Which fleet an override of ours is about; a label cannot hold `*`. */
const LABEL = "breakwater.dev/paused-fleet";
const ALL_LABEL = "all-fleets";
const PAGE = { limit: 500, next: "" };

export interface WrittenOverride {
  readonly fleet: string;
  readonly pause?: { readonly out: boolean; readonly in: boolean };
  readonly floorRacks?: number;
  readonly ceilingRacks?: number;
  readonly breakGlass?: boolean;
  readonly until: string;
  readonly reason: string;
}

/** @returns the name of the new override; `kind` is what it begins with */
export async function createOverride(
  client: KubeClient,
  namespace: string,
  kind: "pause" | "override" | "stop",
  spec: WrittenOverride,
): Promise<string> {
  const { fleet } = spec;
  // A fleet that does not exist would be paused in silence.
  if (fleet !== ALL_FLEETS) {
    await client.get({ resource: INFERENCE_FLEETS, namespace, name: fleet });
  }
  const about = fleet === ALL_FLEETS ? "all" : fleet;
  const name = `${kind}-${about}-${Date.now().toString(36)}`;
  await client.create(
    { resource: FLEET_OVERRIDES, namespace },
    {
      apiVersion: FLEET_OVERRIDES.apiVersion,
      kind: FLEET_OVERRIDES.kind,
      metadata: { name, namespace, ...(kind !== "override" && labelled(fleet)) },
      spec: { ...spec, ...(await signature(client)) },
    },
  );
  return name;
}

/** A cluster that does not say who asks must not keep on-call from stopping it. */
async function signature(client: KubeClient): Promise<{ readonly by?: string }> {
  try {
    const by = await whoAmI(client);
    return by === "" ? {} : { by };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return {};
  }
}

const labelled = (fleet: string) => ({ labels: { [LABEL]: labelOf(fleet) } });

const labelOf = (fleet: string): string => (fleet === ALL_FLEETS ? ALL_LABEL : fleet);

export async function listOverrides(
  client: KubeClient,
  namespace: string,
): Promise<readonly Json[]> {
  const { items } = await client.listPage({ resource: FLEET_OVERRIDES, namespace }, PAGE);
  return items;
}

/** Ends the pauses of the fleet that commands made. @returns their names */
export async function endPausesOf(
  client: KubeClient,
  namespace: string,
  fleet: string,
): Promise<readonly string[]> {
  const labelSelector = `${LABEL}=${labelOf(fleet)}`;
  const selection = { resource: FLEET_OVERRIDES, namespace, labelSelector };
  const { items } = await client.listPage(selection, PAGE);
  for (const item of items) await endOverride(client, item);
  return items.map((item) => metaOf(item).name);
}

export async function endOverride(client: KubeClient, item: Json): Promise<void> {
  const { name, namespace, uid } = metaOf(item);
  await client.delete({ resource: FLEET_OVERRIDES, namespace, name }, uid);
}

/** @returns what the override does, in a few words */
export function doesWhat(item: Json): string {
  const pauses = ["out", "in"].filter((way) => valueAt(item, "spec", "pause", way) === true);
  const floor = numberAt(item, "spec", "floorRacks");
  const ceiling = numberAt(item, "spec", "ceilingRacks");
  const glass = valueAt(item, "spec", "breakGlass") === true;
  return [
    ...(pauses.length > 0 ? [`pause ${pauses.join(" and ")}`] : []),
    ...(floor === null ? [] : [`floor ${floor}${glass ? " (glass broken)" : ""}`]),
    ...(ceiling === null ? [] : [`ceiling ${ceiling}`]),
  ].join(", ");
}

export const hasEnded = (item: Json): boolean =>
  Date.parse(stringAt(item, "spec", "until")) <= Date.now();

/** @throws UsageError where the duration is none */
export function untilAfter(flag: string, duration: string): string {
  if (!GO_DURATION_PATTERN.test(duration) || durationMs(duration) <= 0) {
    throw new UsageError(`${flag}: found "${duration}", expected a duration such as 30m or 2h`);
  }
  return new Date(Date.now() + durationMs(duration)).toISOString();
}
