/** What takes racks out of service, or gives them: dead nodes and racks, maintenance, loans. */
import { MINUTE_MS, SECOND_MS } from "../core/units.ts";
import type { LoanWork } from "./loan-work.ts";
import type { RandomStream } from "./random.ts";
import { drawSome } from "./random.ts";
import type { SimNode, SimRack } from "./rack-state.ts";
import { isHeld } from "./rack-state.ts";
import type { RackYard } from "./rack-yard.ts";

/** The control plane calls a silent node NotReady after this: node-monitor-grace-period. */
const NODE_GRACE_MS = 40 * SECOND_MS;
/** A rack under maintenance is rebooted once its pods have had their grace. */
const REBOOT_AFTER_MS = MINUTE_MS;

export interface RackOutagesOptions {
  readonly yard: RackYard;
  /** The provider gives the rack up and orders another in its place. */
  readonly replace: (rack: SimRack) => void;
  /** What racks are on loan to. */
  readonly loan: LoanWork;
}

export class RackOutages {
  private readonly yard: RackYard;
  private readonly loan: LoanWork;
  private readonly replace: (rack: SimRack) => void;

  constructor({ yard, replace, loan }: RackOutagesOptions) {
    this.yard = yard;
    this.replace = replace;
    this.loan = loan;
  }

  /**
   * Nodes of one rack fail now and come back `forMs` later. With fewer than the usable ones left
   * the provider drains the rack whole until then.
   */
  loseNodes(nodes: number, forMs: number, random: RandomStream): void {
    const [rack] = this.pick(1, random);
    if (rack === undefined) return;
    const lost = rack.nodes.filter(({ failed }) => !failed).slice(0, nodes);
    this.fail(rack, lost);
    const sound = rack.nodes.filter(({ failed }) => !failed).length;
    const whole = sound < this.yard.pool.rack.usableNodes;
    this.yard.after(NODE_GRACE_MS, () => {
      this.noticeLoss(rack, lost);
      if (whole) this.takeOut(rack);
    });
    this.yard.after(Math.max(forMs, NODE_GRACE_MS), () => {
      if (whole) this.putBack(rack, lost);
      else this.revive(rack, lost);
    });
  }

  /** Racks fail whole: repaired in place after `repairMs()`, or replaced when that is null. */
  loseRacks(racks: number, repairMs: (() => number) | null, random: RandomStream): void {
    for (const rack of this.pick(racks, random)) {
      const lost = rack.nodes.slice();
      this.fail(rack, lost);
      this.yard.after(NODE_GRACE_MS, () => {
        this.noticeLoss(rack, lost);
        if (repairMs !== null) this.takeOut(rack);
        else if (rack.phase === "Up") this.replace(rack);
      });
      if (repairMs === null) continue;
      this.yard.after(Math.max(repairMs(), NODE_GRACE_MS), () => this.putBack(rack, lost));
    }
  }

  /**
   * The provider takes racks for others, and says so on their nodes `noticeMs` before. It never
   * takes the notice back, and hands out another rack for each as soon as it has one.
   */
  interrupt(racks: number, noticeMs: number, random: RandomStream): void {
    const spared = (rack: SimRack): boolean => !rack.nodes.some(({ noticed }) => noticed);
    for (const rack of this.pick(racks, random, spared)) this.interruptRack(rack, noticeMs);
  }

  /** The rack that is this many-th oldest of those in service, if there are so many. */
  interruptAt(place: number, noticeMs: number): void {
    const rack = this.inService()[place];
    if (rack !== undefined) this.interruptRack(rack, noticeMs);
  }

  /** The provider drains racks, works on them, and gives them back `forMs` later. */
  maintain(racks: number, forMs: number, random: RandomStream): void {
    for (const rack of this.pick(racks, random)) {
      this.takeOut(rack);
      const rebooted = rack.nodes.slice();
      const rebootMs = Math.min(REBOOT_AFTER_MS, forMs);
      this.yard.after(rebootMs, () => {
        this.fail(rack, rebooted);
        this.noticeLoss(rack, rebooted);
      });
      this.yard.after(forMs, () => this.putBack(rack, rebooted));
    }
  }

  /** Preemptible work is told to go and is gone `graceMs()` later; then fleets have the racks. */
  reclaim(racks: number, graceMs: () => number): void {
    const loaned = this.yard.racks().filter((rack) => rack.loaned && rack.phase === "Up");
    for (const rack of loaned.slice(0, racks)) {
      for (const pod of rack.pods) pod.terminating = true;
      this.yard.after(graceMs(), () => {
        if (rack.phase === "Gone" || !rack.loaned) return;
        this.yard.kill(rack, rack.pods);
        rack.loaned = false;
        this.loan.forget(rack);
        this.yard.owners.assign(rack)?.reconcile(rack);
      });
    }
  }

  private interruptRack(rack: SimRack, noticeMs: number): void {
    if (rack.nodes.some(({ noticed }) => noticed)) return;
    this.yard.changeNodes(rack, { noticed: true });
    this.yard.after(noticeMs, () => {
      const lost = rack.nodes.slice();
      this.fail(rack, lost);
      this.yard.after(NODE_GRACE_MS, () => {
        this.noticeLoss(rack, lost);
        if (isHeld(rack)) this.replace(rack);
      });
    });
  }

  private inService(): readonly SimRack[] {
    return this.yard.racks().filter(({ phase, loaned }) => phase === "Up" && !loaned);
  }

  /** Racks in service, drawn evenly, oldest first; fewer where there are fewer. */
  private pick(
    racks: number,
    random: RandomStream,
    suits: (rack: SimRack) => boolean = () => true,
  ): readonly SimRack[] {
    const candidates = this.inService().filter(suits);
    const picked = drawSome(candidates, racks, random);
    return candidates.filter((rack) => picked.includes(rack));
  }

  private fail(rack: SimRack, lost: readonly SimNode[]): void {
    for (const node of lost) node.failed = true;
    const hit = rack.pods.filter((pod) => pod.nodes.some((node) => lost.includes(node)));
    this.yard.stopEngines(rack, hit);
  }

  private noticeLoss(rack: SimRack, lost: readonly SimNode[]): void {
    for (const node of lost) node.ready = !node.failed;
    const hit = rack.pods.filter((pod) => pod.nodes.some(({ failed }) => failed));
    this.yard.kill(rack, hit);
  }

  private takeOut(rack: SimRack): void {
    if (rack.phase !== "Up") return;
    rack.phase = "Repairing";
    this.yard.changeNodes(rack, { fenced: true });
    this.yard.terminate(rack, rack.pods);
  }

  private putBack(rack: SimRack, repaired: readonly SimNode[]): void {
    if (rack.phase === "Repairing") {
      rack.phase = "Up";
      this.yard.changeNodes(rack, { fenced: false });
    }
    this.revive(rack, repaired);
  }

  private revive(rack: SimRack, nodes: readonly SimNode[]): void {
    for (const node of nodes) Object.assign(node, { failed: false, ready: true });
    this.yard.reconcile(rack);
  }
}
