/** What a run's ticks decided and did, gathered from what telemetry is told. */
import type { SimulationResult } from "../../api/results.ts";
import type { FleetKey } from "../../core/compiled.ts";
import type { Action } from "../../core/decision.ts";
import type { EpochMs } from "../../core/units.ts";
import { elapsed } from "../../core/units.ts";
import type { Telemetry, TickReport } from "../../ports/telemetry.ts";
import { ForecastScore } from "./forecast-score.ts";

export type DecisionResult = SimulationResult["decisions"];

export interface Scaling {
  readonly scaleUps: number;
  readonly scaleDowns: number;
}

export class TickObserver implements Telemetry {
  private readonly startsAt: EpochMs;
  private readonly onTick: ((report: TickReport) => void) | undefined;
  private readonly scores = new Map<FleetKey, ForecastScore>();
  private readonly byReason = new Map<string, number>();
  private readonly confirming = new Set<string>();
  private total = 0;
  private confirmed = 0;
  private expired = 0;
  private scaleUps = 0;
  private scaleDowns = 0;
  private readonly failed = new Map<string, number>();

  /**
   * @param startsAt of the run: forecasts made before it are not judged
   * @param onTick told the same, as it comes
   */
  constructor(startsAt: EpochMs, onTick?: (report: TickReport) => void) {
    this.startsAt = startsAt;
    this.onTick = onTick;
  }

  tick(report: TickReport): void {
    this.onTick?.(report);
    const { actions, decision } = report;
    const done = new Set(
      actions
        .filter(({ outcome }) => outcome === "applied" || outcome === "unchanged")
        .map(({ kind, intent }) => `${kind} ${intent}`),
    );
    for (const action of decision.plan) if (done.has(keyOf(action))) this.note(action);
    const atMs = elapsed(this.startsAt, decision.at);
    if (atMs < 0) return;
    for (const { fleet, forecast } of decision.fleets)
      if (forecast !== null) this.scoreOf(fleet).add(atMs, forecast);
  }

  tickFailed(group: string, code: string, message: string): void {
    const failure = `${group}: ${code}: ${message}`;
    this.failed.set(failure, (this.failed.get(failure) ?? 0) + 1);
  }

  forget(): void {
    // Groups of a scenario do not go away.
  }

  scoreOf(fleet: FleetKey): ForecastScore {
    const score = this.scores.get(fleet) ?? new ForecastScore();
    this.scores.set(fleet, score);
    return score;
  }

  decisions(): DecisionResult {
    const { total, confirmed, expired } = this;
    const byReason = Object.fromEntries([...this.byReason].toSorted(byName));
    return { total, byReason, confirmed, expired };
  }

  scaling(): Scaling {
    return { scaleUps: this.scaleUps, scaleDowns: this.scaleDowns };
  }

  /** @returns what made ticks fail, and how often */
  failures(): ReadonlyMap<string, number> {
    return this.failed;
  }

  private note(action: Action): void {
    if (action.kind === "OpenIntent") {
      const { code } = action.reason;
      this.total += 1;
      this.byReason.set(code, (this.byReason.get(code) ?? 0) + 1);
      if (action.intent.requiredApprovals > 0) this.confirming.add(action.intent.name);
    } else if (action.kind === "SetPhase") {
      // Silence that counts as consent is nobody's yes.
      const silence = action.phase === "Approved" && action.reason.code === "expired";
      if (action.phase === "Expired" || silence) this.expired += 1;
      else if (action.phase === "Approved" && this.confirming.has(action.intent)) {
        this.confirmed += 1;
      }
    } else if (action.kind === "SetCount") {
      if (action.to > action.from) this.scaleUps += 1;
      if (action.to < action.from) this.scaleDowns += 1;
    }
  }
}

const keyOf = (action: Action): string =>
  `${action.kind} ${action.kind === "OpenIntent" ? action.intent.name : action.intent}`;

const byName = ([a]: readonly [string, number], [b]: readonly [string, number]): number =>
  a < b ? -1 : 1;
