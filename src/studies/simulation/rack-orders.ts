/**
 * Racks that a fleet asked for, matched with those that came to serve it: first asked, first come.
 * Racks that were given up on their way are no longer asked for.
 */
import type { TimelineOrder } from "../../api/timeline.ts";
import type { FleetKey } from "../../core/compiled.ts";
import type {
  Action,
  Decision,
  PoolDecision,
  RackPhase,
  RackSummary,
} from "../../core/decision.ts";
import type { Intent } from "../../core/observation.ts";
import { sumOfSteps } from "../../core/racks/lead-time.ts";
import { millis } from "../../core/units.ts";
import type { TickReport } from "../../ports/telemetry.ts";

interface OpenOrder {
  order: Omit<TimelineOrder, "servedSeconds">;
  awaited: number;
  servedSeconds: number | null;
}

export class RackOrders {
  private readonly fleet: FleetKey;
  private readonly orders: OpenOrder[] = [];
  /** Racks that have served the fleet before: one back from repair is no arrival. */
  private readonly known = new Set<string>();
  /** Racks that each pool was last seen to ask for. */
  private readonly desired = new Map<string, number>();
  private began = false;

  constructor(fleet: FleetKey) {
    this.fleet = fleet;
  }

  /** @param atSeconds since the start of the run */
  tick(report: TickReport, atSeconds: number): void {
    for (const pool of report.decision.pools) {
      this.noteArrivals(pool, atSeconds);
      this.noteGivenUp(pool);
    }
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
    const kept = this.orders.filter(({ order }) => order.racks > 0);
    return kept.map(({ order, servedSeconds, awaited }) => ({
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

  /**
   * A count that was lowered while racks were awaited may have given up some of them: no more can
   * come than are on their way. The oldest are taken for given up, so that none of the others looks
   * as if it had taken longer than it did.
   */
  private noteGivenUp({ pool, desiredRacks, racksByPhase }: PoolDecision): void {
    const before = this.desired.get(pool);
    if (desiredRacks !== null) this.desired.set(pool, desiredRacks);
    if (before === undefined || desiredRacks === null || desiredRacks >= before) return;
    const open = this.orders.filter((each) => each.awaited > 0 && each.order.pool === pool);
    const coming = ON_THE_WAY.reduce((sum, phase) => sum + racksByPhase[phase], 0);
    let givenUp = open.reduce((sum, { awaited }) => sum + awaited, 0) - coming;
    for (const each of open) {
      const fewer = Math.min(each.awaited, Math.max(0, givenUp));
      each.awaited -= fewer;
      each.order = { ...each.order, racks: each.order.racks - fewer };
      givenUp -= fewer;
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

/** A new rack is idle until its engines' pods are bound. */
const ON_THE_WAY: readonly RackPhase[] = [
  "Requested",
  "Provisioning",
  "Joining",
  "Idle",
  "Starting",
];

const serves = ({ phase, fleet }: RackSummary, wanted: FleetKey): boolean =>
  fleet === wanted && (phase === "Serving" || phase === "Warming");

function fleetOf(name: string, { decision, observation }: TickReport): FleetKey | null {
  const opened = decision.plan.flatMap((action) =>
    action.kind === "OpenIntent" ? [action.intent] : [],
  );
  const intent = [...opened, ...observation.intents].find((each: Intent) => each.name === name);
  return intent?.fleet ?? null;
}
