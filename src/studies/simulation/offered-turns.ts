/**
 * The turns that clients would send if every one of them were served at once: what a policy is
 * measured against, the same for all policies. Sessions are counted as the world draws them.
 */
import type { WarmupTurn } from "../../sim/kernel/contract.ts";
import type { SessionSource, SessionStart } from "../../traces/turn-templates.ts";
import type { WalkedTemplate } from "./template-walk.ts";
import { walkTemplate } from "./template-walk.ts";
import type { UnloadedEngines } from "./unloaded-turn.ts";
import { unloadedTurnNs } from "./unloaded-turn.ts";

export interface OfferedCounts {
  /** Turns that would arrive between the two instants. */
  readonly offered: number;
  /** Those of them that would end, too: what can be judged. */
  readonly judged: number;
  readonly promptTokens: number;
  /** Prompt tokens that a cache without bounds would hold. */
  readonly idealTokens: number;
}

export interface OfferedWindow {
  readonly engines: UnloadedEngines;
  readonly fromNs: number;
  readonly untilNs: number;
}

export class OfferedTurns {
  private readonly window: OfferedWindow;
  /** By source: its templates that were drawn. */
  private readonly walked: Map<number, WalkedTemplate>[] = [];
  private offered = 0;
  private judged = 0;
  private promptTokens = 0;
  private idealTokens = 0;

  constructor(window: OfferedWindow) {
    this.window = window;
  }

  /** @returns a source of the same sessions, each counted when it is drawn; call in their order */
  count(source: SessionSource): SessionSource {
    const { blockTokens, chains } = source.templates;
    const walked = new Map<number, WalkedTemplate>();
    this.walked.push(walked);
    const touched = new Map<number, number>();
    return {
      templates: source.templates,
      next: (start) => {
        if (!source.next(start)) return false;
        if ((start.inputTokens ?? 0) > 0) {
          this.addAnonymous(start);
          return true;
        }
        const template =
          walked.get(start.template) ??
          walkTemplate(source.templates, start.template, this.window.engines);
        walked.set(start.template, template);
        this.addSession(template, start.atNs);
        for (const [chain, depth] of template.sharedDepth) {
          const before = touched.get(chain) ?? chains.from[chain] ?? 0;
          if (depth <= before) continue;
          // The first to send a shared block computes it.
          this.idealTokens -= (depth - before) * blockTokens;
          touched.set(chain, depth);
        }
        return true;
      },
    };
  }

  counts(): OfferedCounts {
    const { offered, judged, promptTokens } = this;
    return { offered, judged, promptTokens, idealTokens: Math.max(0, this.idealTokens) };
  }

  /** @returns whether the turn, which arrives in the window, is one that was offered before it */
  isDelayed({ source, template, startNs, row }: WarmupTurn): boolean {
    const { arrivalNs = [], rows = [] } = this.walked[source]?.get(template) ?? {};
    const arrival = arrivalNs[rows.indexOf(row)] ?? Number.POSITIVE_INFINITY;
    return startNs + arrival < this.window.fromNs;
  }

  private addSession(template: WalkedTemplate, startNs: number): void {
    const { arrivalNs, endNs, idealTokens, promptTokens } = template;
    const { fromNs, untilNs } = this.window;
    if (startNs >= fromNs && startNs + template.lastNs <= untilNs) {
      this.offered += arrivalNs.length;
      this.judged += arrivalNs.length;
      this.promptTokens += template.promptTokensInAll;
      this.idealTokens += template.idealTokensInAll;
      return;
    }
    // A plain loop: there are as many of these sessions as fit a run's last hours.
    for (let turn = 0; turn < arrivalNs.length; turn += 1) {
      const arrival = startNs + (arrivalNs[turn] ?? 0);
      if (!this.isWithin(arrival)) continue;
      this.add(startNs + (endNs[turn] ?? Number.POSITIVE_INFINITY), promptTokens[turn] ?? 0);
      this.idealTokens += idealTokens[turn] ?? 0;
    }
  }

  /** A turn of its own that shares nothing; its start says how long it is. */
  private addAnonymous({ atNs, inputTokens = 0, outputTokens = 1 }: SessionStart): void {
    const { engines } = this.window;
    const turn = { input: inputTokens, output: outputTokens, cachedTokens: 0 };
    const fits = inputTokens + outputTokens <= engines.engine.kvTokens;
    const endNs = fits ? atNs + unloadedTurnNs(engines, turn) : Number.POSITIVE_INFINITY;
    if (this.isWithin(atNs)) this.add(endNs, inputTokens);
  }

  private isWithin(arrivalNs: number): boolean {
    const { fromNs, untilNs } = this.window;
    return arrivalNs >= fromNs && arrivalNs <= untilNs;
  }

  /** A turn that arrives within the window. */
  private add(endNs: number, promptTokens: number): void {
    this.offered += 1;
    // A turn that no engine could take is judged, and missed, as soon as it arrives.
    if (endNs <= this.window.untilNs || endNs === Number.POSITIVE_INFINITY) this.judged += 1;
    this.promptTokens += promptTokens;
  }
}
