import { newestFirst } from "../telemetry/views/decision-views.ts";
import type { DecisionView } from "../../api/decision-view.ts";

/** Decisions kept for reading after their objects have left the controller's sight. */
const KEPT_DECISIONS = 200;

/** The newest decisions by name, each as it was last seen. */
export class DecisionRing {
  #byName = new Map<string, DecisionView>();

  add(seen: readonly DecisionView[]): void {
    for (const decision of seen) this.#byName.set(decision.name, decision);
    if (this.#byName.size <= KEPT_DECISIONS) return;
    const kept = [...this.#byName.values()].sort(newestFirst).slice(0, KEPT_DECISIONS);
    this.#byName = new Map(kept.map((decision) => [decision.name, decision]));
  }

  /** @returns the decisions with their age as of `nowSeconds`. */
  newestFirst(nowSeconds: number): DecisionView[] {
    const ordered = [...this.#byName.values()].sort(newestFirst);
    return ordered.map((decision) => aged(decision, nowSeconds));
  }

  /**
   * @param seen the decisions of a tick of that instant, as they stood
   * @returns the decisions made by then; one that the tick did not see was over already
   */
  asOf(seconds: number, seen: readonly DecisionView[]): DecisionView[] {
    const byName = new Map([...this.#byName, ...seen.map((one) => [one.name, one] as const)]);
    return [...byName.values()]
      .filter(({ createdAtSeconds }) => createdAtSeconds <= seconds)
      .sort(newestFirst)
      .map((decision) => ({ ...decision, ageSeconds: seconds - decision.createdAtSeconds }));
  }
}

function aged(decision: DecisionView, nowSeconds: number): DecisionView {
  const ageSeconds = Math.max(decision.ageSeconds, nowSeconds - decision.createdAtSeconds);
  return { ...decision, ageSeconds };
}
