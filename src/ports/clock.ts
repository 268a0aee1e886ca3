import type { EpochMs } from "../core/units.ts";

export interface Clock {
  now(): EpochMs;
}
