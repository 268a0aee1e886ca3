/** The page of the built-in engine profiles: coefficients, figures, errors. */
import type { EngineCosts } from "../core/profiles/engine-costs.ts";
import { ENGINE_EVIDENCE } from "../core/profiles/engine-points.ts";
import { ENGINE_PROFILES } from "../core/profiles/engine-profiles.ts";
import { residualRow, tuneEngine } from "./tune.ts";

const COSTS: Readonly<Record<keyof EngineCosts, string>> = {
  iterationMs: "iteration, ms",
  prefillTokenGpuUs: "prefill token, GPU µs",
  prefillPairGpuNs: "prefill pair, GPU ns",
  decodeSequenceGpuUs: "decoding sequence, GPU µs",
  decodeContextGpuNs: "token of context, GPU ns",
};

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const rows = (header: readonly string[], body: readonly (readonly string[])[]): string =>
  [row(header), row(header.map(() => "---")), ...body.map(row)].join("\n");

/** @returns the page as Markdown */
export function profilePage(): string {
  const profiles = Object.values(ENGINE_PROFILES);
  const header = ["profile", ...Object.values(COSTS), "KV tokens/GPU", "KV bytes/token"];
  const coefficients = profiles.map(({ name, costs, kvTokensPerGpu, kvBytesPerToken }) => [
    `\`${name}\``,
    costs.iterationMs.toFixed(2),
    costs.prefillTokenGpuUs.toFixed(1),
    costs.prefillPairGpuNs.toFixed(2),
    costs.decodeSequenceGpuUs.toFixed(1),
    costs.decodeContextGpuNs.toFixed(2),
    kvTokensPerGpu.toLocaleString("en"),
    kvBytesPerToken.toLocaleString("en"),
  ]);
  return [
    "# Engine profiles",
    INTRODUCTION,
    rows(header, coefficients),
    ...profiles.flatMap(({ name, source }) => [`## ${name}`, source, ...figures(name)]),
    "",
  ].join("\n\n");
}

const INTRODUCTION = [
  "What an iteration of an engine costs. A unit of n GPUs takes an n-th of what is in GPU time;",
  "the first column no GPU shortens. A prompt of L tokens has L x L pairs; t tokens after s have",
  "t(2s + t). Costs are fitted to the figures below by least squares of relative error, with a",
  "weak pull towards a physical estimate; figures held out judge them. A positive error: the",
  "profile is slower than published. Speculative decoding and sliding windows are not modelled.",
].join("\n");

function figures(name: string): readonly string[] {
  const evidence = ENGINE_EVIDENCE[name];
  if (evidence === undefined) return [];
  const { residuals } = tuneEngine(name, evidence.points, evidence.prior);
  const body = residuals
    .map(residualRow)
    .map((cells) => [
      cells.use,
      cells.kind,
      cells.published,
      cells.predicted,
      cells.error,
      cells.source,
    ]);
  return [rows(["use", "kind", "published", "predicted", "error of time", "source"], body)];
}
