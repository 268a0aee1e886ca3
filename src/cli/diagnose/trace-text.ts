/** A recording's diagnosis in words, for a terminal or as Markdown. */
import { inPercent } from "../../core/in-percent.ts";
import type {
  Cost,
  SuspectFinding,
  TraceDiagnosis,
} from "../../studies/diagnosis/diagnose-trace.ts";
import type { SuspectKind } from "../../studies/diagnosis/suspects.ts";
import { printedSections } from "../simulation/print-section.ts";
import type { Section } from "../simulation/print-section.ts";
import { wrapped } from "../wrapped.ts";

export interface DiagnosedFile {
  readonly path: string;
  readonly format: string;
  /** null: there is nothing that a cache could serve. */
  readonly diagnosis: TraceDiagnosis | null;
  readonly cannotTell: readonly string[];
  readonly profile: string;
  readonly usdPerGpuHour: number;
}

export function traceText(file: DiagnosedFile, format: "text" | "markdown"): string {
  const { diagnosis } = file;
  const limits = file.cannotTell.map((text) => listed(text, format)).join("\n");
  if (diagnosis === null) return `${file.path}: ${file.format}\n\n${limits}`;
  return [
    headline(file, diagnosis),
    verdict(diagnosis, format),
    printedSections(sectionsOf(diagnosis), format),
    limits,
    listed(priced(file), format),
  ].join("\n\n");
}

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const dollars = (usd: number): string => `$${usd < 10 ? usd.toFixed(2) : whole(usd)}`;
const listed = (text: string, format: "text" | "markdown"): string =>
  format === "markdown" ? `- ${text}` : wrapped(text, { columns: 100, first: "- ", rest: "  " });

const headline = (
  { path, format }: DiagnosedFile,
  { turns, blocks, blockTokens, spanHours }: TraceDiagnosis,
): string =>
  `${path}: ${format}, ${whole(turns)} turns over ${spanHours.toFixed(1)} h, ` +
  `${whole(blocks)} blocks of ${blockTokens} tokens`;

function verdict(diagnosis: TraceDiagnosis, format: "text" | "markdown"): string {
  const { idealHitRate, hitRate, cacheTokens, cost } = diagnosis;
  const lines = [
    `A cache of ${whole(cacheTokens)} tokens serves ${inPercent(hitRate)} of prompt tokens, one ` +
      `without bounds ${inPercent(idealHitRate)}: more cache is worth at most ` +
      `${((idealHitRate - hitRate) * 100).toFixed(1)} points.`,
    `${whole(cost.coldTokens)} tokens are computed: ${inCost(cost)} of prefill.`,
    ...diverging(diagnosis),
    ...diagnosis.suspects.map(suspectText),
  ];
  return lines.map((line) => listed(line, format)).join("\n");
}

const inCost = ({ gpuHours, usd }: Cost): string =>
  `${gpuHours.toFixed(gpuHours < 10 ? 2 : 0)} GPU-hours, ${dollars(usd)}`;

function diverging({ divergence, suspects }: TraceDiagnosis): readonly string[] {
  if (divergence === null) return [];
  const { followers, diverging: turns, byDepth, unexplained } = divergence;
  if (followers === 0) return ["No turn follows another."];
  const [most] = byDepth;
  if (turns === 0 || most === undefined) return ["Every turn continues the turn before it."];
  const rest =
    suspects.length === 0
      ? " No suspect: they follow no pattern that is as frequent as 2 % of turns."
      : unexplained === 0
        ? ""
        : ` ${whole(unexplained)} of them follow no pattern.`;
  return [
    `${inPercent(most.shareOfTurns)} of turns diverge from the turn before at block ` +
      `${whole(most.block)}, token ${whole(most.token)}; ${inPercent(turns / followers)} do at ` +
      `any depth.${rest}`,
  ];
}

const KINDS: Readonly<Record<SuspectKind, { readonly name: string; readonly remedy: string }>> = {
  "changing-field": {
    name: "A field that changes",
    remedy: "move what changes (a time, an id, a counter) behind what stays, or leave it out",
  },
  "unordered-list": {
    name: "A list in changing order",
    remedy: "sort it (tools, files, memories) before it is written into the prompt",
  },
  "truncated-history": {
    name: "Truncated or rewritten history",
    remedy: "cut seldom and much instead of a little every turn, and keep what comes before",
  },
  "template-version": {
    name: "Another version of the template",
    remedy: "nothing to mend: it is paid once; roll templates out when few sessions are open",
  },
  "changed-once": {
    name: "A change that every session met once",
    remedy: "compare its time with releases of the prompt template",
  },
};

function suspectText(suspect: SuspectFinding, at: number): string {
  const { kind, turns, shareOfTurns, sessions, sinceSeconds, saved } = suspect;
  const since = sinceSeconds === null ? "" : `, from second ${whole(sinceSeconds)} on`;
  return (
    `Suspect ${at + 1}: ${KINDS[kind].name}, ${placeOf(suspect)}${since}: ${whole(turns)} turns ` +
    `(${inPercent(shareOfTurns)}) of ${whole(sessions)} sessions. Without it the hit rate is ` +
    `${inPercent(suspect.hitRateWithout)}, ${inPercent(suspect.idealHitRateWithout)} without ` +
    `bounds: ${whole(saved.coldTokens)} tokens, ${inCost(saved)} less. Remedy: ` +
    `${KINDS[kind].remedy}.`
  );
}

function placeOf({ fromBlock, toBlock, fromToken, toToken }: SuspectFinding): string {
  return fromBlock === toBlock
    ? `at block ${whole(fromBlock)}, token ${whole(fromToken)}`
    : `between blocks ${whole(fromBlock)} and ${whole(toBlock)}, tokens ${whole(fromToken)} to ` +
        whole(toToken);
}

const BAR = 40;
const bar = (share: number): string => "#".repeat(Math.round(share * BAR));

function sectionsOf({ bySize, byIdle, divergence }: TraceDiagnosis): readonly Section[] {
  const sizes = bySize.map(({ cacheTokens, hitRate, keepsSeconds }) => [
    whole(cacheTokens),
    inPercent(hitRate),
    keepsSeconds === null ? "" : `${Number(keepsSeconds.toPrecision(2))} s`,
    bar(hitRate),
  ]);
  const idle = byIdle.map(({ seconds, hitRate }) => [
    `${seconds} s`,
    inPercent(hitRate),
    bar(hitRate),
  ]);
  const curves = [
    {
      title: "Hit rate by size of the cache",
      note: "Exact for one LRU cache; running turns' tokens are in it too.",
      header: ["TOKENS", "HIT RATE", "KEEPS FOR", ""],
      rows: sizes,
    },
    {
      title: "Hit rate by how long a cache keeps what nobody uses",
      note: "From the end of a turn to the arrival of the one that uses it again.",
      header: ["KEPT FOR", "HIT RATE", ""],
      rows: idle,
    },
  ];
  return divergence === null || divergence.diverging === 0
    ? curves
    : [...curves, depthSection(divergence), sessionSection(divergence)];
}

type Divergence = NonNullable<TraceDiagnosis["divergence"]>;

const depthSection = ({ byDepth, followers }: Divergence): Section => ({
  title: "Where turns diverge from the turn before",
  note: `The most frequent depths; shares of ${whole(followers)} turns that follow another.`,
  header: ["BLOCK", "TOKEN", "TURNS", "SHARE"],
  rows: byDepth.map(({ block, token, turns, shareOfTurns }) => [
    whole(block),
    whole(token),
    whole(turns),
    inPercent(shareOfTurns),
  ]),
});

const sessionSection = ({ worst, sessions }: Divergence): Section => ({
  title: "Sessions that lose most by it",
  note: `Of ${whole(sessions)} sessions, with the depth at which each diverges most often.`,
  header: ["SESSION", "TURNS", "DIVERGING", "USUAL TOKEN", "LOST TOKENS"],
  rows: worst.map(({ session, turns, diverging: of, usualDepthTokens, lostTokens }) => [
    session,
    whole(turns),
    whole(of),
    whole(usualDepthTokens),
    whole(lostTokens),
  ]),
});

const priced = ({ profile, usdPerGpuHour }: DiagnosedFile): string =>
  `Priced with prefill alone, by the engine profile ${profile} at $${usdPerGpuHour.toFixed(2)} a ` +
  "GPU-hour. Remedies are replays of the recording in which the suspect's turns continue the " +
  "turn before them; lengths and times stay as recorded.";
