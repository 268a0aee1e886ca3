import {
  type KernelResults,
  type OutcomeSlice,
  SLICE_NS,
  type TurnCounts,
  type TurnObjective,
} from "./contract.ts";
import { LatencySketch } from "./latency-sketch.ts";

const NS_PER_SECOND = 1e9;
/** A slice: turns that arrived, those that met every objective, and then each objective. */
const SLICE_ARRIVED = 0;
const SLICE_MET_ALL = 1;
const SLICE_OBJECTIVES = 2;

/** What became of the turns of a fleet, of those that arrived at `fromNs` or later. */
export class Outcomes {
  private arrived = 0;
  private completed = 0;
  private rejected = 0;
  private abandoned = 0;
  private inFlight = 0;
  private metAll = 0;
  private readonly met: Float64Array;
  private promptTokens = 0;
  private coldTokens = 0;
  /** Integral of turns in flight up to `areaNs`. */
  private area = 0;
  private areaNs = 0;
  private slices: Float64Array;
  private slicesEnd = 0;
  private readonly ttft = new LatencySketch();
  private readonly itl = new LatencySketch();
  private readonly e2e = new LatencySketch();
  /** By objective: its threshold, and whether that is for the first token rather than for gaps. */
  private readonly thresholdsNs: Float64Array;
  private readonly isFirstToken: Uint8Array;
  private readonly sliceStride: number;
  private readonly fromNs: number;

  constructor(objectives: readonly TurnObjective[], fromNs: number) {
    this.thresholdsNs = Float64Array.from(objectives, ({ thresholdNs }) => thresholdNs);
    this.isFirstToken = Uint8Array.from(objectives, ({ metric }) => (metric === "TTFT" ? 1 : 0));
    this.fromNs = fromNs;
    this.met = new Float64Array(objectives.length);
    this.sliceStride = SLICE_OBJECTIVES + objectives.length;
    this.slices = new Float64Array(64 * this.sliceStride);
  }

  /** @returns whether a turn that arrives now is part of the results. */
  arrive(nowNs: number): boolean {
    if (nowNs < this.fromNs) return false;
    this.change(nowNs, 1);
    this.arrived++;
    // Finding the slice may replace the array.
    const slice = this.slice(nowNs);
    this.slices[slice + SLICE_ARRIVED]!++;
    return true;
  }

  /** A try was admitted for the first time. */
  admit(promptTokens: number, foundTokens: number): void {
    this.promptTokens += promptTokens;
    this.coldTokens += promptTokens - foundTokens;
  }

  complete(nowNs: number, turn: { arrivalNs: number; ttftNs: number; output: number }): void {
    this.change(nowNs, -1);
    this.completed++;
    const e2eNs = nowNs - turn.arrivalNs;
    const streamNs = e2eNs - turn.ttftNs;
    const gaps = turn.output - 1;
    this.ttft.add(turn.ttftNs);
    this.e2e.add(e2eNs);
    if (gaps > 0) this.itl.add(streamNs / gaps);
    this.judge(this.slice(turn.arrivalNs), turn.ttftNs, streamNs, gaps);
  }

  reject(nowNs: number): void {
    this.change(nowNs, -1);
    this.rejected++;
  }

  abandon(nowNs: number): void {
    this.change(nowNs, -1);
    this.abandoned++;
  }

  counts(): TurnCounts {
    const { arrived, completed, rejected, abandoned, inFlight } = this;
    return { arrived, completed, rejected, abandoned, inFlight };
  }

  results(nowNs: number): KernelResults {
    this.change(nowNs, 0);
    return {
      counts: this.counts(),
      ttft: this.ttft.summary(),
      itl: this.itl.summary(),
      e2e: this.e2e.summary(),
      metAll: this.metAll,
      met: [...this.met],
      promptTokens: this.promptTokens,
      coldTokens: this.coldTokens,
      slices: this.sliceList(),
      turnSecondsInSystem: this.area / NS_PER_SECOND,
    };
  }

  private change(nowNs: number, turns: number): void {
    this.area += this.inFlight * (nowNs - this.areaNs);
    this.areaNs = nowNs;
    this.inFlight += turns;
  }

  private judge(slice: number, ttftNs: number, streamNs: number, gaps: number): void {
    const { thresholdsNs, isFirstToken } = this;
    let metAll = true;
    for (let place = 0; place < thresholdsNs.length; place++) {
      const thresholdNs = thresholdsNs[place]!;
      const met =
        isFirstToken[place] === 1 ? ttftNs <= thresholdNs : streamNs <= thresholdNs * gaps;
      if (met) {
        this.met[place]!++;
        this.slices[slice + SLICE_OBJECTIVES + place]!++;
      } else metAll = false;
    }
    if (!metAll) return;
    this.metAll++;
    this.slices[slice + SLICE_MET_ALL]!++;
  }

  /** @returns the offset of the slice in which `arrivalNs` lies. */
  private slice(arrivalNs: number): number {
    const offset = Math.floor(arrivalNs / SLICE_NS) * this.sliceStride;
    const end = offset + this.sliceStride;
    if (end > this.slicesEnd) this.slicesEnd = end;
    if (end > this.slices.length) {
      const slices = new Float64Array(Math.max(2 * this.slices.length, end));
      slices.set(this.slices);
      this.slices = slices;
    }
    return offset;
  }

  private sliceList(): OutcomeSlice[] {
    const list: OutcomeSlice[] = [];
    for (let at = 0; at < this.slicesEnd; at += this.sliceStride) {
      list.push({
        arrived: this.slices[at + SLICE_ARRIVED]!,
        metAll: this.slices[at + SLICE_MET_ALL]!,
        met: [...this.slices.subarray(at + SLICE_OBJECTIVES, at + this.sliceStride)],
      });
    }
    return list;
  }
}
