/** Fleets with one mistake each, in their NodePool, their RackPool or themselves. */
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { fleetObjects, poolName } from "./fleet-objects.ts";

export interface Mistake {
  readonly app: string;
  readonly namespace?: string;
  /** Who applies what of the NodePool's spec, in order; empty: there is no NodePool. */
  readonly nodePool?: readonly Application[];
  /** Changes to the RackPool's spec; null: there is no RackPool. */
  readonly pool?: Json | null;
  /** Changes to the InferenceFleet's spec. */
  readonly fleet?: Json;
}

/** Fields that one field manager applies on the server's side. */
export interface Application {
  readonly manager: string;
  readonly spec: Json;
}

export interface AppliedObject {
  readonly manager: string;
  readonly object: Json;
}

export const FLEETS_NAMESPACE = "agents";
const MAX_RACKS = 4;
const PERSON = "kubectl";

/** A rack more than is there: growth that only the refusal stops. */
const WANTS_ONE_MORE: Json = { racks: { min: 2, max: MAX_RACKS } };
const ONE_RACK: readonly Application[] = [{ manager: PERSON, spec: { targetRacks: 1 } }];

/** A NodePool of three racks and a fleet that is content with one, blind or not. */
export const THREE_RACKS: Pick<Mistake, "nodePool"> = {
  nodePool: [{ manager: PERSON, spec: { targetRacks: 3 } }],
};
export const CONTENT_WITH_ONE: Json = { racks: { min: 1, max: MAX_RACKS } };

export const applied = (manager: string, spec: Json): readonly Application[] => [{ manager, spec }];

/** @returns what to apply, and as whom, in order */
export function objectsOf(mistake: Mistake): readonly AppliedObject[] {
  const { app, namespace = FLEETS_NAMESPACE, nodePool = ONE_RACK } = mistake;
  const traits = { app, namespace, maxRacks: MAX_RACKS, pool: mistake.pool ?? {} };
  const all = fleetObjects({ ...traits, fleet: { ...WANTS_ONE_MORE, ...mistake.fleet } });
  const kinds = ["InferenceFleet", ...(mistake.pool === null ? [] : ["RackPool"])];
  const ours = all.filter(({ kind }) => kinds.includes(String(kind)));
  return [
    ...nodePool.map(({ manager, spec }) => ({ manager, object: nodePoolObject(app, spec) })),
    ...ours.map((object) => ({ manager: PERSON, object })),
  ];
}

const nodePoolObject = (app: string, spec: Json): Json => ({
  apiVersion: "compute.coreweave.com/v1alpha1",
  kind: "NodePool",
  metadata: { name: poolName(app) },
  spec,
});
