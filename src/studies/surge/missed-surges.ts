/** Times at which a decision log shows objectives missed, and which of them an ID means. */
import type { CompiledGroup } from "../../core/compiled.ts";
import type { Decision } from "../../core/decision.ts";
import type { Intent } from "../../core/observation.ts";
import { HOUR_MS, MINUTE_MS, epochMs } from "../../core/units.ts";
import type { EpochMs } from "../../core/units.ts";
import type { PastFleet } from "../../ports/past-source.ts";
import { valueOf } from "../evaluate/watched-ticks.ts";

export interface MissedSurge {
  readonly from: EpochMs;
  readonly until: EpochMs;
  /** `fleet objective`, those that were missed. */
  readonly missed: readonly string[];
  /** The least share that any of them had. */
  readonly worstShare: number;
}

/** As much of a decision record as shows a surge, and what people call by an ID. */
export interface SurgeTick {
  readonly index: number;
  readonly policy: CompiledGroup;
  readonly observation: {
    readonly now: EpochMs;
    readonly fleets: readonly PastFleet[];
    readonly intents: readonly Pick<Intent, "name">[];
  };
  readonly decision: Pick<Decision, "plan">;
}

interface OpenSurge {
  readonly from: EpochMs;
  until: EpochMs;
  readonly missed: Set<string>;
  worstShare: number;
}

/** Shares over five minutes flicker: what is missed again so soon is the same surge. */
const SAME_SURGE_MS = 15 * MINUTE_MS;
/** How far a decision or an instant may lie from the surge that it is about: a rack's lead time. */
const NEAR_MS = HOUR_MS;
const SHOWN_MAX = 10;
const INSTANT = /^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/;

/** Reads the records of one group in order. */
export class MissedSurges {
  private readonly id: string;
  private readonly surges: OpenSurge[] = [];
  private named: EpochMs | null;

  /**
   * @param id `latest`, an instant, the number of a record, or the name of a decision: the last two
   *   as `audit list` prints them
   */
  constructor(id: string) {
    this.id = id;
    const at = INSTANT.test(id) ? Date.parse(id) : Number.NaN;
    this.named = Number.isNaN(at) ? null : epochMs(at);
  }

  add({ index, policy, observation, decision }: SurgeTick): void {
    const { now, intents, fleets } = observation;
    if (this.named === null && this.isNamed(index, intents, decision)) this.named = now;
    for (const { key, objectives } of policy.fleets) {
      const seen = fleets.find((fleet) => fleet.key === key);
      for (const { name, share: wanted } of objectives) {
        const found = seen?.objectives.find((objective) => objective.name === name);
        const share = found === undefined ? null : valueOf(found.share);
        if (share !== null && share < wanted) this.note(now, `${key} ${name}`, share);
      }
    }
  }

  /** @throws RangeError that says what there is, where the ID means no missed surge */
  found(): MissedSurge {
    const chosen = this.id === "latest" ? this.surges.at(-1) : this.nearest();
    if (chosen !== undefined) return plain(chosen);
    const known = this.surges.slice(-SHOWN_MAX).map(({ from }) => new Date(from).toISOString());
    const expected =
      known.length === 0
        ? "no objective was missed in it"
        : `expected one at most an hour from a missed surge: ${known.join(", ")}`;
    const found = this.named === null && this.id !== "latest" ? "which the log has not, " : "";
    throw new RangeError(`--surge: found "${this.id}", ${found}${expected}`);
  }

  private isNamed(
    index: number,
    intents: SurgeTick["observation"]["intents"],
    { plan }: SurgeTick["decision"],
  ): boolean {
    if (String(index) === this.id || intents.some(({ name }) => name === this.id)) return true;
    return plan.some((action) => action.kind === "OpenIntent" && action.intent.name === this.id);
  }

  private note(now: EpochMs, objective: string, share: number): void {
    const last = this.surges.at(-1);
    if (last === undefined || now - last.until > SAME_SURGE_MS) {
      this.surges.push({
        from: now,
        until: now,
        missed: new Set([objective]),
        worstShare: share,
      });
      return;
    }
    last.until = now;
    last.missed.add(objective);
    last.worstShare = Math.min(last.worstShare, share);
  }

  private nearest(): OpenSurge | undefined {
    const { named } = this;
    if (named === null) return undefined;
    const far = ({ from, until }: OpenSurge): number => Math.max(from - named, named - until, 0);
    const [closest] = this.surges.toSorted((a, b) => far(a) - far(b));
    return closest !== undefined && far(closest) <= NEAR_MS ? closest : undefined;
  }
}

const plain = ({ missed, ...surge }: OpenSurge): MissedSurge => ({
  ...surge,
  missed: [...missed].toSorted(),
});
