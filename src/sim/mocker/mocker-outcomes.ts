/** What became of the turns that the mocker served. */
import type {
  KernelResults,
  LatencySummary,
  OutcomeSlice,
  TurnObjective,
} from "../kernel/contract.ts";
import { SLICE_NS } from "../kernel/contract.ts";
import { ExactLatencies } from "./exact-latencies.ts";
import type { MockerTurn } from "./mocker-clients.ts";

const SECONDS_PER_NS = 1e-9;

interface Slice {
  arrived: number;
  metAll: number;
  readonly met: number[];
}

export class MockerOutcomes {
  private readonly objectives: readonly TurnObjective[];
  private readonly latencies = {
    ttft: new ExactLatencies(),
    itl: new ExactLatencies(),
    e2e: new ExactLatencies(),
  };
  private readonly slices: Slice[] = [];
  private readonly turns = { arrived: 0, completed: 0, rejected: 0 };
  private readonly tokens = { prompt: 0, found: 0 };
  private turnSeconds = 0;

  constructor(objectives: readonly TurnObjective[]) {
    this.objectives = objectives;
  }

  arrived(at: number): void {
    this.turns.arrived += 1;
    this.sliceOf(at).arrived += 1;
  }

  rejected(): void {
    this.turns.rejected += 1;
  }

  completed(turn: MockerTurn, firstTokenNs: number, endNs: number): void {
    const ttftNs = firstTokenNs - turn.arrivalNs;
    const decodeNs = endNs - firstTokenNs;
    const gaps = turn.outputTokens - 1;
    this.turns.completed += 1;
    this.tokens.prompt += turn.inputTokens;
    this.tokens.found += turn.cached;
    this.turnSeconds += (endNs - turn.arrivalNs) * SECONDS_PER_NS;
    this.latencies.ttft.observe(ttftNs * SECONDS_PER_NS);
    this.latencies.e2e.observe((endNs - turn.arrivalNs) * SECONDS_PER_NS);
    if (gaps > 0) this.latencies.itl.observe((decodeNs * SECONDS_PER_NS) / gaps);
    const met = this.objectives.map(({ metric, thresholdNs }) =>
      metric === "TTFT" ? ttftNs <= thresholdNs : decodeNs <= thresholdNs * gaps,
    );
    const slice = this.sliceOf(turn.arrivalNs);
    for (const [index, isMet] of met.entries())
      if (isMet) slice.met[index] = at0(slice.met, index) + 1;
    if (met.every(Boolean)) slice.metAll += 1;
  }

  counts(): { readonly arrived: number; readonly completed: number; readonly rejected: number } {
    return this.turns;
  }

  /** @param openTurnSeconds time in the system of turns that are still there */
  results(openTurnSeconds: number): KernelResults {
    const { arrived, completed, rejected } = this.turns;
    const inFlight = arrived - completed - rejected;
    const sum = (of: (slice: OutcomeSlice) => number): number =>
      this.slices.reduce((total, slice) => total + of(slice), 0);
    return {
      counts: { arrived, completed, rejected, abandoned: 0, inFlight },
      ...this.summaries(),
      metAll: sum(({ metAll }) => metAll),
      met: this.objectives.map((_, index) => sum(({ met }) => at0(met, index))),
      promptTokens: this.tokens.prompt,
      coldTokens: this.tokens.prompt - this.tokens.found,
      slices: this.slices,
      turnSecondsInSystem: this.turnSeconds + openTurnSeconds,
    };
  }

  private summaries(): Record<"ttft" | "itl" | "e2e", LatencySummary> {
    const { ttft, itl, e2e } = this.latencies;
    return { ttft: ttft.summary(), itl: itl.summary(), e2e: e2e.summary() };
  }

  private sliceOf(at: number): Slice {
    const index = Math.floor(at / SLICE_NS);
    while (this.slices.length <= index) {
      this.slices.push({ arrived: 0, metAll: 0, met: this.objectives.map(() => 0) });
    }
    const slice = this.slices[index];
    if (slice === undefined) throw new Error(`no slice ${index}`);
    return slice;
  }
}

const at0 = (counts: readonly number[], index: number): number => counts[index] ?? 0;
