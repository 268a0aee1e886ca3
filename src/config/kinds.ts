/** The four kinds, in the order in which pages and manifests list them. */
import { FLEET_OVERRIDE } from "./fleet-override.ts";
import { INFERENCE_FLEET } from "./inference-fleet.ts";
import type { Kind } from "./kind.ts";
import { RACK_POOL } from "./rack-pool.ts";
import { SCALE_DECISION } from "./scale-decision.ts";

export const KINDS: readonly Kind[] = [RACK_POOL, INFERENCE_FLEET, SCALE_DECISION, FLEET_OVERRIDE];
