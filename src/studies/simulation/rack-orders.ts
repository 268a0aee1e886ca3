/**
 * Racks that a fleet asked for, matched with those that came to serve it: first asked, first come.
 */
import type { TimelineOrder } from "../../api/timeline.ts";
import type { FleetKey } from "../../core/compiled.ts";
import type { Action, Decision, PoolDecision, RackSummary } from "../../core/decision.ts";
import type { Intent } from "../../core/observation.ts";
import { sumOfSteps } from "../../core/racks/lead-time.ts";
import { millis } from "../../core/units.ts";
import type { TickReport } from "../../ports/telemetry.ts";

interface OpenOrder {
  readonly order: Omit<TimelineOrder, "servedSeconds">;
  awaited: number;
  servedSeconds: number | null;
}

export class RackOrders {
  private readonly fleet: FleetKey;
  private readonly orders: OpenOrder[] = [];
  /** Racks that have served the fleet before: one back from repair is no arrival. */
  private readonly known = new Set<string>();
  private began = false;

  constructor(fleet: FleetKey) {
    this.fleet = fleet;
  }

  /** @param atSeconds since the start of the run */
  tick(report: TickReport, atSeconds: number): void {
    for (const pool of report.decision.pools) this.noteArrivals(pool, atSeconds);
    this.began = true;
    const applied = new Set(
      report.actions
        .filter(({ kind, outcome }) => kind === "SetCount" && outcome === "applied")
        .map(({ intent }) => intent),
    );
    for (const action of report.decision.plan) {
      if (action.kind !== "SetCount" || !applied.has(action.intent)) continue;
      if (action.to > action.from && fleetOf(action.intent, report) === this.fleet) {
        this.ask(action, report.decision, atSeconds);
      }
    }
  }

  /** @returns oldest first */
  all(): readonly TimelineOrder[] {
    return this.orders.map(({ order, servedSeconds, awaited }) => ({
      ...order,
      servedSeconds: awaited === 0 ? servedSeconds : null,
    }));
  }

  private ask(
    { pool, from, to }: Extract<Action, { kind: "SetCount" }>,
    { pools }: Decision,
    askedSeconds: number,
  ): void {
    const racks = to - from;
    const found = pools.find((each) => each.pool === pool);
    const expected = this.expected(found);
    this.orders.push({
      order: { pool, racks, askedSeconds, expected },
      awaited: racks,
      servedSeconds: null,
    });
  }

  private noteArrivals({ pool, racks }: PoolDecision, atSeconds: number): void {
    for (const rack of racks) {
      const name = `${pool} ${rack.id}`;
      if (!serves(rack, this.fleet) || this.known.has(name)) continue;
      this.known.add(name);
      const order = this.orders.find((each) => each.awaited > 0 && each.order.pool === pool);
      if (!this.began || order === undefined) continue;
      order.awaited -= 1;
      order.servedSeconds = atSeconds;
    }
  }

  private expected(pool: PoolDecision | undefined): TimelineOrder["expected"] {
    const steps = (pool?.steps ?? []).filter(
      ({ step, fleet }) => step !== "repair" && (fleet === null || fleet === this.fleet),
    );
    const { p50Ms, p95Ms } = sumOfSteps(
      steps.map((step) => ({ p50Ms: millis(step.p50Ms), p95Ms: millis(step.p95Ms) })),
    );
    return { p50Seconds: p50Ms / 1_000, p95Seconds: p95Ms / 1_000 };
  }
}

const serves = ({ phase, fleet }: RackSummary, wanted: FleetKey): boolean =>
  fleet === wanted && (phase === "Serving" || phase === "Warming");

function fleetOf(name: string, { decision, observation }: TickReport): FleetKey | null {
  const opened = decision.plan.flatMap((action) =>
    action.kind === "OpenIntent" ? [action.intent] : [],
  );
  const intent = [...opened, ...observation.intents].find((each: Intent) => each.name === name);
  return intent?.fleet ?? null;
}
