/** One fleet as of its last tick. */
import { Type } from "typebox";
import { CacheViewSchema } from "./cache-view.ts";
import { nullable, OUTCOMES, ReasonSchema, TRUSTS } from "./vocabulary.ts";

const Share = Type.Number({ description: "0..1" });
const NullableNumber = nullable(Type.Number());

const SignalSchema = Type.Object({
  name: Type.String(),
  unit: Type.String(),
  value: NullableNumber,
  ageSeconds: NullableNumber,
  coverage: nullable(Share),
  trust: Type.Enum([...TRUSTS]),
  why: Type.String({ description: 'Why it is not Fresh; "" when it is.' }),
});
export type SignalView = Type.Static<typeof SignalSchema>;

const ObjectiveSchema = Type.Object({
  name: Type.String(),
  metric: Type.Enum(["TTFT", "ITL"]),
  thresholdSeconds: Type.Number(),
  requiredShare: Share,
  observedShare: nullable(Share),
  trust: Type.Enum([...TRUSTS]),
  inside: nullable(Type.Boolean({ description: "observedShare >= requiredShare" })),
});
export type ObjectiveView = Type.Static<typeof ObjectiveSchema>;

const LatencySchema = Type.Object({
  p50Seconds: NullableNumber,
  p95Seconds: NullableNumber,
  p99Seconds: NullableNumber,
});
export type LatencyView = Type.Static<typeof LatencySchema>;

const ForecastSchema = Type.Object({
  horizonSeconds: Type.Number({ description: "The forecast is for this long from now." }),
  observed: Type.Number({ description: "turns/s, like the quantiles" }),
  p10: Type.Number(),
  p50: Type.Number(),
  p90: Type.Number(),
  p99: Type.Number(),
  sizing: Type.Number({ description: "The quantile that headroom chose." }),
});

const BudgetSchema = Type.Object({
  usdPerDay: Type.Number(),
  appliesTo: Type.Enum(["AboveCommitment", "Everything"]),
  plannedUsdPerDay: nullable(
    Type.Number({
      description: "What the racks held cost if held for a day; null: a price is not known",
    }),
  ),
});

const ArrivalSchema = Type.Object({
  expectedAtSeconds: Type.Number({ description: "Half of such racks serve by then." }),
  lateAfterSeconds: Type.Number({ description: "95 % of such racks serve by then." }),
});

const StepSchema = Type.Object({
  stage: Type.String(),
  name: Type.String(),
  text: Type.String(),
  numbers: Type.Record(Type.String(), NullableNumber),
});

const RacksSchema = Type.Object({
  min: Type.Integer(),
  max: Type.Integer(),
  held: Type.Integer({ description: "Held or on the way." }),
  serving: Type.Integer(),
  want: Type.Integer({ description: "What sizing asks for." }),
  award: Type.Integer({ description: "What arbitration gives." }),
  target: Type.Integer({ description: "What the gate lets through now." }),
});

export const FleetViewSchema = Type.Object({
  fleet: Type.String({ description: "namespace/name" }),
  group: Type.String(),
  model: Type.String(),
  mode: Type.Object({ scaleOut: Type.String(), scaleIn: Type.String() }),
  atSeconds: Type.Number(),
  outcome: Type.Enum([...OUTCOMES]),
  reasons: Type.Array(ReasonSchema, { description: "The first is the one to show." }),
  racks: RacksSchema,
  arrivals: Type.Optional(
    Type.Array(ArrivalSchema, { description: "Racks on their way to it, the earliest first." }),
  ),
  wantReason: ReasonSchema,
  shrinkHold: nullable(ReasonSchema),
  attainmentByRacks: Type.Array(Type.Object({ racks: Type.Integer(), attainment: Share })),
  objectives: Type.Array(ObjectiveSchema),
  latency: Type.Object({ ttft: LatencySchema, itl: LatencySchema }),
  forecast: nullable(ForecastSchema),
  cache: CacheViewSchema,
  budget: Type.Optional(BudgetSchema),
  signals: Type.Array(SignalSchema),
  overrides: Type.Array(
    Type.Object({
      name: Type.String(),
      pauseOut: Type.Boolean(),
      pauseIn: Type.Boolean(),
      floorRacks: nullable(Type.Integer()),
      ceilingRacks: nullable(Type.Integer()),
      untilSeconds: Type.Number(),
      reason: Type.String(),
      by: Type.Optional(Type.String({ description: "Who says so; absent: not told." })),
      breakGlass: Type.Optional(
        Type.Literal(true, { description: "The floor lifts the fleet's racks.max." }),
      ),
    }),
  ),
  rollout: Type.Boolean(),
  problems: Type.Array(ReasonSchema),
  steps: Type.Array(StepSchema, { description: "What each stage found, for `explain`." }),
});
export type FleetView = Type.Static<typeof FleetViewSchema>;
