/** Any object with a `scale` subresource (autoscaling/v1 Scale), and the object itself. */
import type { CompiledPool } from "../../core/compiled.ts";
import type { PoolCount } from "../../core/observation.ts";
import { rackCount } from "../../core/units.ts";
import {
  annotationRefusals,
  gitOpsRefusals,
  terminatingRefusals,
  wholeRackRefusals,
} from "../kubernetes/count-refusals.ts";
import type { CountReading, Decoded } from "../kubernetes/counted-object.ts";
import { type Json, metaOf, numberAt } from "../kubernetes/decode.ts";
import { lastWriterOf } from "../kubernetes/managed-fields.ts";
import type { MachineGroup } from "../kubernetes/machine-kind.ts";
import { MACHINE_PRESETS, machineGroup, unsettledBy } from "./machines.ts";

/** Where nearly every scalable kind keeps its count; what `managedFields` is searched for. */
const COUNT_FIELD = "replicas";

/** With these the cluster autoscaler sizes the object too (Cluster API provider). */
const AUTOSCALER_ANNOTATIONS = [
  "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size",
  "cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size",
  "cluster.x-k8s.io/replicas-managed-by",
];

export interface ScaleReading extends CountReading {
  readonly resourceVersion: string;
  /** Whose Machines can be marked; null without a preset. */
  readonly group: MachineGroup | null;
  /** Why the count must not be lowered now, "" when it may. */
  readonly unsettled: string;
}

export function decodeScale(object: Json, scale: Json, pool: CompiledPool): Decoded<ScaleReading> {
  const { countPerRack } = pool.backend;
  const written = numberAt(scale, "spec", "replicas");
  const group = groupOf(object, pool);
  const refusals = [
    ...refusalsOf(object, written ?? 0, pool),
    ...(group === undefined ? [noSelector(object, pool)] : []),
  ];
  if (refusals.length > 0 || group === undefined) return { ok: false, refusals };
  const { uid, resourceVersion } = metaOf(scale);
  // Of Machines `replicas` counts those with nothing behind them as well.
  const present =
    group === null
      ? numberAt(scale, "status", "replicas")
      : numberAt(object, "status", "readyReplicas");
  const count: PoolCount = {
    uid,
    resourceVersion,
    desired: rackCount((written ?? 0) / countPerRack),
    current: rackCount(Math.floor((present ?? 0) / countPerRack)),
    lastWriter: lastWriterOf(object, COUNT_FIELD),
    stock: "unknown",
  };
  const unsettled = group === null ? "" : unsettledBy(object);
  return { ok: true, reading: { written, resourceVersion, group, unsettled, count } };
}

const presetOf = ({ backend: { preset } }: CompiledPool) =>
  preset === null ? undefined : MACHINE_PRESETS[preset];

/** @returns null without a preset, undefined for an object that selects no Machines by label */
function groupOf(object: Json, pool: CompiledPool): MachineGroup | null | undefined {
  const preset = presetOf(pool);
  return preset === undefined ? null : (machineGroup(object, preset.machines) ?? undefined);
}

const placeOf = (object: Json, { backend: { target } }: CompiledPool): string =>
  `${target.kind} ${metaOf(object).name}`;

const noSelector = (object: Json, pool: CompiledPool): string =>
  `${placeOf(object, pool)} spec.selector.matchLabels: found none, expected the labels of its ` +
  "Machines; without them none can be marked";

function refusalsOf(object: Json, replicas: number, pool: CompiledPool): readonly string[] {
  const place = placeOf(object, pool);
  const { countPerRack } = pool.backend;
  const keys = presetOf(pool)?.ownerAnnotations ?? [];
  const unitIs = `RackPool ${pool.name} spec.backend.countPerRack`;
  return [
    ...annotationRefusals(object, place, [...AUTOSCALER_ANNOTATIONS, ...keys]),
    ...terminatingRefusals(object, place),
    ...wholeRackRefusals(`${place} spec.${COUNT_FIELD}`, {
      count: replicas,
      unit: countPerRack,
      unitIs,
    }),
    ...gitOpsRefusals(object, place, COUNT_FIELD),
  ];
}
