import { expect } from "vitest";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import type { SignalReading } from "../../../src/core/observation.ts";
import { planFleet } from "../../../src/core/queries/fleet-plan.ts";
import { everyReading, readingOf } from "../../../src/core/queries/readings.ts";
import { epochMs } from "../../../src/core/units.ts";
import type { SignalSnapshot } from "../../../src/ports/signal-source.ts";
import { FleetQueries } from "../../../src/sim/metrics/fleet-queries.ts";
import { SCRAPED_AT_MS, type ScrapedPod, storedScrapes } from "../../support/expositions/stored.ts";

/** What the fleet's queries answer after two scrapes of the pods, `without` some of the series. */
export function readStored(
  fleet: CompiledFleet,
  pods: readonly ScrapedPod[],
  without: readonly string[] = [],
): SignalSnapshot {
  const plan = planFleet(fleet);
  const queries = new FleetQueries(plan.batches, storedScrapes(pods, without), "left-open");
  const at = epochMs(SCRAPED_AT_MS);
  const outcomes = queries.evaluate({ at, visibleUntil: at });
  return everyReading(plan, (planned) => readingOf(planned, outcomes));
}

/** Numbers, and the problem of what is absent. */
export const plain = (reading: SignalReading): number | string =>
  reading.kind === "value" ? reading.value : reading.problem;

export const plainSignals = ({ signals }: SignalSnapshot) =>
  Object.fromEntries(Object.entries(signals).map(([name, reading]) => [name, plain(reading)]));

/** Rates are quotients of floats: equal to nine digits is equal. */
export const about = (expected: Readonly<Record<string, number | string>>) =>
  Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [
      name,
      typeof value === "number" ? expect.closeTo(value, 6) : value,
    ]),
  );
