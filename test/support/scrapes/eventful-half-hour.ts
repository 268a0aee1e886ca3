/** Half an hour of two fleets' scrapes in which everything happens that metrics servers see. */
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import type { EpochMs, Millis } from "../../../src/core/units.ts";
import { after, epochMs, millis } from "../../../src/core/units.ts";
import type { MetricsStore } from "../../../src/sim/metrics/metrics-store.ts";
import { draws } from "../draws.ts";
import { aSyntheticEngine, type SyntheticEngine } from "./synthetic-engines.ts";

/** No multiple of anything, so that milliseconds matter. */
const SCRAPES_BEGIN = epochMs(1_800_000_003_123);
const SCRAPE_INTERVAL_MS = millis(15_000);
const SCRAPES = 120;

interface Eventful {
  readonly aggregated: CompiledFleet;
  readonly split: CompiledFleet;
}

type Engines = Map<string, SyntheticEngine>;

/** What happens to the aggregated fleet before the scrape of that number. */
const EVENTS: Readonly<Record<number, (engines: Engines) => void>> = {
  20: (engines) => engines.get("serve-1")?.restart(),
  28: (engines) => setUp(engines, "serve-2", false),
  33: (engines) => setUp(engines, "serve-2", true),
  40: (engines) => engines.delete("serve-3"),
  44: (engines) => engines.set("serve-4", aSyntheticEngine("serve-4")),
  70: (engines) => setUp(engines, "serve-0", false),
  72: (engines) => engines.delete("serve-0"),
  90: (engines) => engines.set("serve-4", aSyntheticEngine("serve-4", { instance: "moved:8000" })),
};

/** When the first target stops answering: its series end there. */
export const FIRST_END = after(SCRAPES_BEGIN, millis(28 * SCRAPE_INTERVAL_MS));

/** Scrapes that never happen: samples grow old. */
const isSkipped = (scrape: number): boolean => scrape >= 76 && scrape < 82;
/** A surge, and a lull without a single turn. */
const loadAt = (scrape: number): number => {
  if (scrape >= 100) return 0;
  return scrape >= 50 && scrape < 62 ? 4 : 0.4;
};

function setUp(engines: Engines, pod: string, up: boolean): void {
  const engine = engines.get(pod);
  if (engine !== undefined) engine.up = up;
}

/** Fills the store. @returns the instant of the last scrape */
export function liveThroughEvents(store: MetricsStore, fleets: Eventful): EpochMs {
  const { uniform } = draws(11);
  const engines: Engines = new Map(
    [0, 1, 2, 3].map((n) => [`serve-${n}`, aSyntheticEngine(`serve-${n}`)]),
  );
  const split = [
    aSyntheticEngine("prefill-0", { role: "Prefill" }),
    aSyntheticEngine("prefill-1", { role: "Prefill" }),
    aSyntheticEngine("decode-0", { role: "Decode" }),
  ];
  let tries = 0;
  let at = SCRAPES_BEGIN;
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    EVENTS[scrape]?.(engines);
    const load = loadAt(scrape);
    for (const engine of [...engines.values(), ...split]) engine.serve(uniform, load);
    if (scrape > 3) tries += Math.floor(uniform() * 200 * load);
    at = after(SCRAPES_BEGIN, millis(scrape * SCRAPE_INTERVAL_MS));
    if (isSkipped(scrape)) continue;
    const targets = [...engines.values()].map((engine) => engine.target());
    store.scrape({ fleet: fleets.aggregated, at, targets, gateway: { tries, waiting: 0 } });
    const splitTargets = split.map((engine) => engine.target());
    const gateway = { tries: 0, waiting: 0 };
    store.scrape({ fleet: fleets.split, at, targets: splitTargets, gateway });
  }
  return at;
}

/** Offsets of reads from a scrape: at it, between, and just before the next. */
const READ_OFFSETS_MS: readonly Millis[] = [millis(0), millis(4_000), millis(14_999)];

/** @returns instants to read at, from before the first scrape until after the last */
export function instantsOfReads(): readonly EpochMs[] {
  return Array.from({ length: SCRAPES + 24 }, (_, scrape) =>
    after(
      SCRAPES_BEGIN,
      millis((scrape - 1) * SCRAPE_INTERVAL_MS + (READ_OFFSETS_MS[scrape % 3] ?? 0)),
    ),
  );
}
