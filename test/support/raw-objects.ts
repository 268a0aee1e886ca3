/** Objects as people write them: the least that is valid, and changes to it. */
export type Raw = Readonly<Record<string, unknown>>;

interface RawObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Raw;
  readonly spec: Raw;
}

const API_VERSION = "breakwater.dev/v1alpha1";

/** A RackPool with only what is required; `spec` replaces whole fields of its spec. */
export const rawPool = (spec: Raw = {}, name = "gb200-a"): RawObject => ({
  apiVersion: API_VERSION,
  kind: "RackPool",
  metadata: { name },
  spec: {
    backend: { kind: "coreweave", name: "gb200-a" },
    supply: { kind: "OnDemand" },
    limits: { maxRacks: 8 },
    consumers: [{ fleet: { namespace: "agents", name: "coder" }, max: 8 }],
    ...spec,
  },
});

/** An InferenceFleet with only what is required. */
export const rawFleet = (spec: Raw = {}, name = "coder"): RawObject => ({
  apiVersion: API_VERSION,
  kind: "InferenceFleet",
  metadata: { name, namespace: "agents" },
  spec: {
    model: { name: "dsr1-fp4", profile: "dsr1-fp4-gb200" },
    racks: { max: 8 },
    pools: [{ name: "gb200-a" }],
    objectives: [{ name: "ttft", metric: "TTFT", threshold: "2500ms", share: "0.99" }],
    workloads: [
      {
        name: "engine",
        target: { apiVersion: "apps/v1", kind: "Deployment", name: "coder" },
        unit: { gpus: 8 },
        unitsPerRack: 8,
      },
    ],
    ...spec,
  },
});

/** A FleetOverride that pauses growth. */
export const rawOverride = (spec: Raw = {}, name = "inc-1"): RawObject => ({
  apiVersion: API_VERSION,
  kind: "FleetOverride",
  metadata: { name, namespace: "agents" },
  spec: {
    fleet: "coder",
    pause: { out: true },
    until: "2026-12-01T20:00:00Z",
    reason: "INC-1",
    ...spec,
  },
});

/** A ScaleDecision as the controller writes it: growth from 4 to at most 6 racks. */
export const rawDecision = (spec: Raw = {}, name = "gb200-a-out-1"): RawObject => ({
  apiVersion: API_VERSION,
  kind: "ScaleDecision",
  metadata: { name, namespace: "agents" },
  spec: {
    fleet: "coder",
    direction: "Out",
    consent: {
      pool: "gb200-a",
      fromRacks: 4,
      toRacksAtMost: 6,
      actBefore: "2026-12-01T19:00:00Z",
    },
    reason: { code: "demand-forecast", text: "Forecast demand needs 6 racks." },
    requiredApprovals: 2,
    onExpiry: "Drop",
    expiresAt: "2026-12-01T18:15:00Z",
    createdAt: "2026-12-01T18:00:00.250Z",
    policyDigest: "sha256:aa",
    observationDigest: "sha256:bb",
    ...spec,
  },
});

/** A Move as the controller writes it: a rack of the coder's goes to chat, and the count stays. */
export const rawMove = (spec: Raw = {}, name = "gb200-a-move-1"): RawObject =>
  rawDecision(
    {
      direction: "Move",
      taker: { namespace: "agents", name: "chat" },
      rack: "r1",
      victimNodeUIDs: ["n1", "n2"],
      drainDeadline: "2026-12-01T18:30:00Z",
      consent: {
        pool: "gb200-a",
        fromRacks: 4,
        toRacksAtMost: 4,
        actBefore: "2026-12-01T19:00:00Z",
      },
      reason: { code: "rack-moves", text: "Another fleet lacks it." },
      ...spec,
    },
    name,
  );
