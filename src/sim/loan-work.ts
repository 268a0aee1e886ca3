/**
 * The preemptible work of a pool's loan: it comes to racks that are lent, once a batch scheduler
 * has admitted it, and leaves when it is evicted, after the time it takes to save its work. There
 * is always more of it than racks. All pods of a rack are one gang.
 */
import type { CompiledPool } from "../core/compiled.ts";
import { MINUTE_MS, SECOND_MS } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";
import { loanPods } from "./loan-pods.ts";
import type { SimNode, SimPod, SimRack } from "./rack-state.ts";
import { isLent, isSchedulable } from "./rack-state.ts";
import type { RackYard } from "./rack-yard.ts";
import { RandomStream } from "./random.ts";

/** From free nodes to pods on them: cycles of a batch scheduler, image pulls. Judgement. */
const ADMISSION_MS = { least: 30 * SECOND_MS, most: 2 * MINUTE_MS };
/** Share of its grace that a gang takes to save its work: by the size of what it has in memory. */
const SAVING_SHARE = { least: 0.2, most: 0.9 };

export interface LoanWorkOptions {
  readonly pool: CompiledPool;
  readonly yard: RackYard;
  readonly seed: number;
}

export class LoanWork {
  private readonly options: LoanWorkOptions;
  private readonly random: RandomStream;
  private generation = 0;

  constructor(options: LoanWorkOptions) {
    this.options = options;
    this.random = new RandomStream(options.seed, `loan/${options.pool.name}`);
  }

  /** Whether the pool lends racks by decision; else they are on loan by the script alone. */
  get isDecided(): boolean {
    return this.options.pool.loan !== undefined;
  }

  /** At the start: a standing rack is lent and runs the loan's pods, or bears the fence. */
  mark(rack: SimRack, onLoan: boolean, since: EpochMs): void {
    if (!this.isDecided) return;
    for (const node of rack.nodes) {
      Object.assign(node, onLoan ? { lentAt: since } : { loanFence: true });
    }
  }

  fence(uids: ReadonlySet<string>): void {
    this.change(uids, { loanFence: true, lentAt: null });
  }

  /** @param at null: not lent either, the loan is no more */
  unfence(uids: ReadonlySet<string>, at: EpochMs | null): void {
    const { yard } = this.options;
    if (at === null) {
      this.change(uids, { loanFence: false, lentAt: null });
      return;
    }
    for (const rack of yard.racks()) {
      const found = rack.nodes.filter(({ uid, lentAt }) => uids.has(uid) && lentAt === null);
      for (const node of found) Object.assign(node, { loanFence: false, lentAt: at });
      if (found.length > 0) this.comeLater(rack);
    }
  }

  /** Told to go, a pod ends within its grace; repeating it changes nothing. */
  terminate(rack: SimRack, pod: SimPod, graceMs: number): void {
    if (pod.terminating || pod.gone) return;
    pod.terminating = true;
    const { least, most } = SAVING_SHARE;
    const savingMs = graceMs * this.random.between(least, most);
    this.options.yard.after(savingMs, () => {
      this.options.yard.kill(rack, [pod]);
      this.leave(rack);
    });
  }

  /** The script called the rack back: it is the fleets' again. */
  forget(rack: SimRack): void {
    if (!this.isDecided) return;
    for (const node of rack.nodes) Object.assign(node, { loanFence: true, lentAt: null });
  }

  private change(uids: ReadonlySet<string>, to: Partial<SimNode>): void {
    for (const rack of this.options.yard.racks()) {
      for (const node of rack.nodes) if (uids.has(node.uid)) Object.assign(node, to);
      if (!rack.loaned) this.handBack(rack);
    }
  }

  /** Racks whose last pod of the loan is gone: to the fleets, or to the loan's next work. */
  private leave(rack: SimRack): void {
    if (rack.phase === "Gone" || rack.pods.length > 0) return;
    rack.loaned = false;
    if (isLent(rack)) this.comeLater(rack);
    else this.handBack(rack);
  }

  private handBack(rack: SimRack): void {
    const { yard } = this.options;
    if (rack.phase !== "Up" || rack.pods.length > 0 || isLent(rack)) return;
    (yard.owners.of(rack) ?? yard.owners.assign(rack))?.reconcile(rack);
  }

  private comeLater(rack: SimRack): void {
    const { least, most } = ADMISSION_MS;
    this.options.yard.after(this.random.between(least, most), () => this.come(rack));
  }

  private come(rack: SimRack): void {
    const { yard, pool } = this.options;
    if (rack.phase !== "Up" || rack.pods.length > 0 || !isLent(rack)) return;
    const open = rack.nodes.every((node) => isSchedulable(node) && !node.loanFence);
    if (!open) {
      // Cordoned still, or fenced in part: its scheduler tries again.
      this.comeLater(rack);
      return;
    }
    this.generation += 1;
    yard.owners.forget(rack);
    rack.loaned = true;
    rack.pods.push(...loanPods(rack, pool, { readySince: yard.now(), run: this.generation }));
  }
}
