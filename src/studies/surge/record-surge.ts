/** A surge that was missed, made into a scenario; and what would have kept it from being missed. */
import type { WrittenObject } from "../../config/written-objects.ts";
import type { Digest } from "../../core/canonical.ts";
import type { CompiledFleet } from "../../core/compiled.ts";
import { blockTraffic } from "../evaluate/block-world.ts";
import type { SessionModel } from "../evaluate/block-world.ts";
import { calibrated } from "../evaluate/evaluate.ts";
import type { PastBlock } from "../evaluate/recorded-past.ts";
import { WatchedTicks } from "../evaluate/watched-ticks.ts";
import type { WatchedRun } from "../evaluate/watched-ticks.ts";
import { simulate } from "../simulate.ts";
import { bestOf, floorOf, leastFloor, saferHeadrooms } from "./guardrails.ts";
import type { Guardrail, SurgeRun, Tried } from "./guardrails.ts";
import type { MissedSurge } from "./missed-surges.ts";
import { SURGE_SEEDS, compiledSurge, surgeScenario } from "./surge-scenario.ts";
import type { SurgeScenario } from "./surge-scenario.ts";

export interface RecordSurgeOptions {
  readonly name: string;
  readonly surge: MissedSurge;
  /** The surge and some time around it. */
  readonly block: PastBlock;
  readonly digest: Digest;
  readonly codeVersion: string;
  readonly onProgress?: (share: number) => void;
}

export interface RecordedSurge {
  readonly surge: MissedSurge;
  readonly block: PastBlock;
  readonly scenario: SurgeScenario;
  readonly document: WrittenObject;
  /** Under the recorded policy, by seed. */
  readonly without: readonly SurgeRun[];
  readonly watched: readonly WatchedRun[];
  /** The fleet that guardrails were tried on: the one that was outside longest. */
  readonly fleet: CompiledFleet;
  readonly tried: readonly Tried[];
  readonly best: (Tried & { readonly document: WrittenObject }) | null;
}

/** Runs that a surge takes: far fewer where no floor helps, a few more where pools are large. */
const USUAL_RUNS = 12;

/** @throws RangeError when what was recorded cannot be simulated */
export async function recordSurge(options: RecordSurgeOptions): Promise<RecordedSurge> {
  const { name, surge, block, digest, codeVersion } = options;
  const fleet = worstFleet(surge, block);
  const model = await calibrated({ seeds: SURGE_SEEDS, digest, codeVersion }, block);
  const scenario = surgeScenario(name, block, model);
  const runner = new SurgeRunner(options, model);
  const document = scenario.document(scenario.fleets);
  const { runs: without, watched } = await runner.runs(document);
  const place = { scenario, runner, fleet };
  const isMissed = without.every(({ outsideMinutes }) => outsideMinutes > 0);
  const tried = isMissed ? await triedOn(place, surge) : [];
  const best = bestOf(without, tried);
  return {
    surge,
    block,
    scenario,
    document,
    without,
    watched,
    fleet,
    tried,
    best: best && { ...best, document: withFleet(place, best.guardrail) },
  };
}

interface Place {
  readonly scenario: SurgeScenario;
  readonly runner: SurgeRunner;
  readonly fleet: CompiledFleet;
}

async function triedOn(place: Place, surge: MissedSurge): Promise<readonly Tried[]> {
  const { runner, fleet } = place;
  const written = writtenOf(place);
  const { min, max } = fleet.racks;
  const guardrails = [...saferHeadrooms(written, fleet.headroom)];
  const [seed] = SURGE_SEEDS;
  const outsideOf = async (racks: number): Promise<number> => {
    const document = withFleet(place, floorOf(written, racks, surge));
    return (await runner.run(document, seed)).run.outsideMinutes;
  };
  if (max > min) {
    guardrails.push(
      floorOf(written, await leastFloor({ above: min, most: max }, outsideOf), surge),
    );
  }
  const tried: Tried[] = [];
  for (const guardrail of guardrails) {
    tried.push({ guardrail, runs: (await runner.runs(withFleet(place, guardrail))).runs });
  }
  return tried;
}

const isOf = ({ fleet }: Place, written: WrittenObject): boolean =>
  written["name"] === fleet.name && written["namespace"] === fleet.namespace;

function writtenOf(place: Place): WrittenObject {
  const found = place.scenario.fleets.find((written) => isOf(place, written));
  if (found === undefined) throw new Error(`the scenario has no fleet ${place.fleet.key}`);
  return found;
}

const withFleet = (place: Place, { fleet }: Guardrail): WrittenObject =>
  place.scenario.document(
    place.scenario.fleets.map((written) => (isOf(place, written) ? fleet : written)),
  );

function worstFleet({ missed }: MissedSurge, { group, recorded }: PastBlock): CompiledFleet {
  const outside = (key: string): number =>
    recorded.fleets.find(({ fleet }) => fleet === key)?.outsideMinutes ?? 0;
  const [worst] = group.fleets
    .filter(({ key }) => missed.some((objective) => objective.startsWith(`${key} `)))
    .toSorted((a, b) => outside(b.key) - outside(a.key));
  if (worst === undefined) throw new RangeError("the fleet that missed is not of the policy");
  return worst;
}

/** Runs documents, each once: floors are searched for and then compared. */
class SurgeRunner {
  private readonly options: RecordSurgeOptions;
  private readonly model: SessionModel;
  private readonly known = new Map<string, { run: SurgeRun; watched: WatchedRun }>();

  constructor(options: RecordSurgeOptions, model: SessionModel) {
    this.options = options;
    this.model = model;
  }

  async runs(document: WrittenObject) {
    const each = [];
    for (const seed of SURGE_SEEDS) each.push(await this.run(document, seed));
    return { runs: each.map(({ run }) => run), watched: each.map(({ watched }) => watched) };
  }

  async run(document: WrittenObject, seed: number) {
    const key = `${seed} ${JSON.stringify(document)}`;
    const found = this.known.get(key) ?? (await this.simulated(document, seed));
    this.known.set(key, found);
    this.options.onProgress?.(Math.min(1, this.known.size / USUAL_RUNS));
    return found;
  }

  private async simulated(document: WrittenObject, seed: number) {
    const { block, digest, codeVersion } = this.options;
    const ticks = new WatchedTicks();
    const { result } = await simulate({
      scenario: compiledSurge(document),
      policy: "breakwater",
      seed,
      traffic: blockTraffic(block, this.model),
      digest,
      codeVersion,
      onTick: (report) => {
        if (report.decision.at >= block.from) ticks.add(report);
      },
    });
    const run: SurgeRun = {
      seed,
      offered: result.turns.offered,
      attainment: result.slo.attainment,
      outsideMinutes: result.slo.violationSeconds / 60,
      gpuHours: result.gpuHours.held,
    };
    return { run, watched: ticks.result() };
  }
}
