/** A HorizontalPodAutoscaler on a metric of every pod, its `behavior` left at the defaults. */
import type { EngineReading, FleetSignals, SignalReading } from "../core/observation.ts";
import type { Knob, Policy, PolicyAnswer, PolicySlice, PolicyView } from "../core/policy/policy.ts";
import type { PodsMetric } from "./hpa.ts";
import { HPA_SYNC_MS, normalized, recommendation, rememberChange } from "./hpa.ts";
import { EMPTY_SLICE, queuedRole } from "./roles.ts";
import type { Scaled } from "./roles.ts";

export interface PodsQuantity {
  /** In a sentence about so many pods: "80 turns waiting". */
  readonly unit: string;
  readonly of: (engine: EngineReading) => number;
  /** The fleet's signal, and the sum over its pods that it means. */
  readonly signal: (signals: FleetSignals) => SignalReading;
  readonly sum: (value: number, reporting: number) => number;
}

export interface HpaOnPods {
  readonly name: string;
  readonly quantity: PodsQuantity;
}

/** @param target of the mean per pod: the knob */
export function hpaOnPods({ name, quantity }: HpaOnPods, target: Knob["default"]): Policy {
  return {
    name,
    knob: target,
    everyMs: HPA_SYNC_MS,
    init: () => EMPTY_SLICE,
    want: (view, memory) => sync(view, memory, { quantity, target }),
  };
}

interface Target {
  readonly quantity: PodsQuantity;
  readonly target: number;
}

function sync(view: PolicyView, memory: PolicySlice, { quantity, target }: Target): PolicyAnswer {
  const { now } = view;
  const scaled = queuedRole(view);
  const { role, replicas } = scaled;
  const { filled: n, min, max } = replicas;
  if (n > max || n < min) {
    const bound = n > max ? max : min;
    return { replicas: { [role]: bound }, memory, text: `${n} replicas, bounds ${min}-${max}.` };
  }
  const metric = podsMetric(view, scaled, quantity);
  if (metric === null) {
    return { replicas: { [role]: n }, memory, text: "No metric: nothing is changed." };
  }
  const recommended = recommendation(metric, target, n);
  const next = normalized(recommended, memory, { now, n, min, max });
  const change = rackChange(next.replicas, scaled);
  const seen = `${metric.sum} ${quantity.unit} on ${metric.reporting} pods`;
  return {
    replicas: { [role]: next.replicas },
    memory: rememberChange(next.memory, now, change),
    text: `${seen}, target ${target}: ${recommended}.`,
  };
}

/** Replicas that share their rack with others stay: the rack that was bought is filled. */
function rackChange(wanted: number, { replicas }: Scaled): number {
  const { filled, perRack } = replicas;
  return wanted > filled || wanted <= filled - perRack ? wanted - filled : 0;
}

/** @returns null where the metrics API would answer with an error, or with no pod at all */
export function podsMetric(
  { observed }: PolicyView,
  { role, replicas }: Scaled,
  quantity: PodsQuantity,
): PodsMetric | null {
  const reading = quantity.signal(observed.signals);
  if (reading.kind === "absent" || !Number.isFinite(reading.value)) return null;
  const engines = observed.engines?.filter((engine) => engine.role === role);
  const reporting = engines?.length ?? Math.round(reading.coverage * replicas.ready);
  if (reporting === 0) return null;
  const sum = engines?.reduce((total, engine) => total + quantity.of(engine), 0);
  return {
    sum: sum ?? quantity.sum(reading.value, reporting),
    reporting,
    missing: Math.max(0, replicas.present - reporting),
    pending: Math.max(0, replicas.filled - replicas.present),
  };
}
