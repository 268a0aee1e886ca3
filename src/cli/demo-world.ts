/** The demo's world behind the controller's ports. */
import { epochMs } from "../core/units.ts";
import type { Ports } from "../ports/ports.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { demoWorld } from "../sim/demo-world.ts";
import { simulatedPorts } from "../sim/ports/simulated-ports.ts";
import type { World } from "../sim/world.ts";
import { sha256 } from "./digest.ts";

/** 2026-12-01 08:00 UTC: any start would do, a fixed one makes two runs of a seed comparable. */
const START_AT = epochMs(1_796_112_000_000);

export interface Demo {
  readonly world: World;
  readonly ports: Ports;
}

export function demo(seed: number, telemetry: Telemetry): Demo {
  const world = demoWorld({ seed, startAt: START_AT });
  return { world, ports: simulatedPorts(world, { digest: sha256, telemetry }) };
}
