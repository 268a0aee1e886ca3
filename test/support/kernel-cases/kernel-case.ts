/** A small fleet, what its clients ask of it and what happens to it. */
import type {
  ClientModel,
  EngineModel,
  ReplicaRole,
  ReplicaSettings,
  RouterModel,
  StoreModel,
} from "../../../src/sim/kernel/contract.ts";
import type { SessionStart } from "../../../src/traces/turn-templates.ts";
import type { TemplatesSketch } from "./sketch.ts";

/** `replica` chooses among those there are. */
export type Deed =
  | { readonly kind: "add"; readonly role: ReplicaRole; readonly settings?: ReplicaSettings }
  | { readonly kind: "eject" | "readmit" | "remove" | "flush" | "look"; readonly replica: number }
  | { readonly kind: "slow"; readonly replica: number; readonly factor: number }
  | { readonly kind: "misroute"; readonly share: number }
  | { readonly kind: "unstable"; readonly share: number; readonly depthTokens: number };

export interface TimedDeed {
  readonly atNs: number;
  readonly deed: Deed;
}

export interface SourceCase {
  readonly sketch: TemplatesSketch;
  readonly starts: readonly Readonly<SessionStart>[];
}

export interface KernelCase {
  readonly engine: EngineModel;
  readonly decodeEngine: EngineModel | null;
  readonly store: StoreModel | null;
  readonly router: RouterModel;
  readonly clients: ClientModel;
  readonly sources: readonly SourceCase[];
  /** Replicas that are there from the beginning. */
  readonly roles: readonly ReplicaRole[];
  /** In order of their instants. */
  readonly deeds: readonly TimedDeed[];
  /** Of the draws of the router's faults. */
  readonly seed: number;
  readonly resultsFromNs: number;
  /** Whether turns of sessions that started before it are said to be delayed, some of them. */
  readonly delays: boolean;
}
