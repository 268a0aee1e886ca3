/** Lives of a controller that dies on the way, and what is left when the story is over. */
import { NOTHING_CARRIED } from "../../../src/controller/carried.ts";
import type { Carried } from "../../../src/controller/carried.ts";
import { tick } from "../../../src/controller/tick.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { sha256 } from "../model/cluster.ts";
import { ProcessDied, killable } from "./killable-ports.ts";
import type { PortCall, Reaper } from "./killable-ports.ts";

/** What a person would find at the end; everything in it must be the same whoever died when. */
export interface StoryEnd {
  /** The size of the pool after each write of it, and who wrote it. */
  readonly counts: readonly string[];
  /** Racks that stand, with their pods. */
  readonly racks: readonly string[];
  readonly cordoned: number;
  /** Direction, size and phase of every intent. */
  readonly intents: readonly string[];
  /** What else the story is about. */
  readonly also: readonly string[];
}

export interface Story {
  readonly ports: Ports;
  /** Some seconds pass; provider, engines and people do what they do. */
  pass(): void;
  /** Whether everything that people had in mind was done. */
  over(): boolean;
  /** Where the story stands, for a message. */
  standing(): string;
  end(): StoryEnd;
  /** Racks whose pods were evicted, a line an eviction; and racks that intents named. */
  evictions(): readonly { readonly rack: string; readonly pod: string }[];
  plannedRacks(): readonly string[];
}

/** Ticks after which a story that is not over hangs: an undisturbed one takes a third. */
const PATIENCE_TICKS = 200;
/** Ticks to watch after the end: what comes late would be done twice. */
const AFTERMATH_TICKS = 3;
const OPTIONS = { codeVersion: "crash", digest: sha256, stopwatch: () => 0 };

export interface Life {
  readonly end: StoryEnd;
  readonly calls: readonly PortCall[];
  readonly deaths: number;
  readonly story: Story;
}

/** @returns how a story ends under processes that the reaper ends */
export async function lifeOf(story: Story, reaper: Reaper): Promise<Life> {
  const calls: PortCall[] = [];
  const noted: Reaper = {
    before: (call) => {
      calls.push(call);
      reaper.before(call);
    },
    after: reaper.after,
  };
  const life = { ports: killable(story.ports, noted), carried: NOTHING_CARRIED, deaths: 0 };
  const step = async (): Promise<void> => {
    story.pass();
    const next = await survived(life.ports, life.carried);
    life.carried = next ?? NOTHING_CARRIED;
    if (next !== null) return;
    life.deaths += 1;
    life.ports = killable(story.ports, noted);
  };
  for (let n = 0; !story.over(); n += 1) {
    if (n > PATIENCE_TICKS) throw new Error(`the story hangs: ${story.standing()}`);
    await step();
  }
  for (let n = 0; n < AFTERMATH_TICKS; n += 1) await step();
  return { end: story.end(), calls, deaths: life.deaths, story };
}

/**
 * @returns how a story ends when two processes both hold the lease and tick at the same time: what
 *   a lease that was misjudged would come to
 */
export async function lifeOfTwo(story: Story): Promise<StoryEnd> {
  const carried: [Carried, Carried] = [NOTHING_CARRIED, NOTHING_CARRIED];
  for (let n = 0; !story.over(); n += 1) {
    if (n > PATIENCE_TICKS) throw new Error(`the story hangs: ${story.standing()}`);
    story.pass();
    const [one, other] = await Promise.all([
      tick(story.ports, carried[0], OPTIONS),
      tick(story.ports, carried[1], OPTIONS),
    ]);
    carried[0] = one;
    carried[1] = other;
  }
  return story.end();
}

/** @returns null when the process died */
async function survived(ports: Ports, carried: Carried): Promise<Carried | null> {
  try {
    return await tick(ports, carried, OPTIONS);
  } catch (error) {
    if (error instanceof ProcessDied) return null;
    throw error;
  }
}

const spare = (): void => {};
export const NOBODY_DIES: Reaper = { before: spare, after: spare };

export type Moment = "before" | "after";
const MOMENTS: readonly Moment[] = ["before", "after"];

/** The process dies once: at its `k`-th call, counted from one. */
export function dyingAt(k: number, moment: Moment): Reaper {
  let calls = 0;
  let struck = false;
  const strike = (at: Moment) => (call: PortCall) => {
    if (at === "before") calls += 1;
    if (struck || at !== moment || calls !== k) return;
    struck = true;
    throw new ProcessDied(call.name);
  };
  return { before: strike("before"), after: strike("after") };
}

/** It dies before every write it tries for the first time, and after it the second time. */
export function dyingAtEveryWrite(): Reaper {
  const tries = new Map<string, number>();
  const strike = (at: Moment) => (call: PortCall) => {
    if (!call.isWrite) return;
    const tried = (tries.get(call.name) ?? 0) + (at === "before" ? 1 : 0);
    tries.set(call.name, tried);
    if (tried === (at === "before" ? 1 : 2)) throw new ProcessDied(call.name);
  };
  return { before: strike("before"), after: strike("after") };
}

export interface Death {
  /** From one. */
  readonly call: number;
  readonly name: string;
  readonly moment: Moment;
}

/** Every death there is: a read changes nothing, so before and after it are the same death. */
export const deathsOf = (calls: readonly PortCall[]): readonly Death[] =>
  calls.flatMap(({ name, isWrite }, index) => {
    const moments = isWrite ? MOMENTS : MOMENTS.slice(0, 1);
    return moments.map((moment) => ({ call: index + 1, name, moment }));
  });

/** @returns in words what a life did that no life may do, whenever its process died */
export function wrongdoings({ story, end }: Life): readonly string[] {
  const planned = new Set(story.plannedRacks());
  const beyond = story.evictions().filter(({ rack }) => rack !== "gone" && !planned.has(rack));
  const sizes = end.counts.map((written) => Number(written.split(" ")[1]));
  const shrunk = end.counts.filter(
    (written, n) => written.startsWith("breakwater") && (sizes[n - 1] ?? 0) - (sizes[n] ?? 0) > 1,
  );
  const open = end.intents.filter((intent) => /Pending|Approved|Executing/.test(intent));
  return [
    ...beyond.map(({ pod, rack }) => `evicted ${pod} of ${rack}, which no intent names`),
    ...shrunk.map((written) => `shrank by more than a rack: ${written}`),
    ...open.map((intent) => `left open: ${intent}`),
  ];
}
