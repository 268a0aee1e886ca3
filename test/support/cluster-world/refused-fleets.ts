/**
 * Fleets each of which must be refused something, one mistake each: their racks, their pool, their
 * Prometheus. Every one asks for a rack more than it holds, so that only the refusal stops it.
 */
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { fleetObjects, poolName } from "./fleet-objects.ts";

export interface Mistake {
  readonly app: string;
  readonly namespace?: string;
  /** The NodePool's spec beside its instance type; null: there is no NodePool. */
  readonly count?: Json | null;
  /** Who applies the NodePool. */
  readonly countManager?: string;
  readonly pool?: Json;
  readonly fleet?: Json;
}

export const NAMESPACE = "agents";
/** A rack more than the one that is there. */
export const WANTS_ONE_MORE: Json = { racks: { min: 2, max: 4 } };

/** What to apply, and as whom. */
export interface Application {
  readonly manager: string;
  readonly objects: readonly Json[];
}

export function applicationsOf(mistake: Mistake): readonly Application[] {
  const { app, namespace = NAMESPACE, count = { targetRacks: 1 }, countManager } = mistake;
  const fleet = { ...WANTS_ONE_MORE, ...mistake.fleet };
  const pool = mistake.pool ?? {};
  const all = fleetObjects({ app, namespace, maxRacks: 4, pool, fleet });
  const ours = all.filter(({ kind }) => kind === "RackPool" || kind === "InferenceFleet");
  const objects = [{ manager: "kubectl", objects: ours }];
  if (count === null) return objects;
  const nodePool = {
    apiVersion: "compute.coreweave.com/v1alpha1",
    kind: "NodePool",
    metadata: { name: poolName(app) },
    spec: { instanceType: "gb200-4x", ...count },
  };
  return [{ manager: countManager ?? "kubectl", objects: [nodePool] }, ...objects];
}
