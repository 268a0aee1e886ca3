/** `diagnose --trace`. */
import { ENGINE_PROFILES } from "../../core/profiles/engine-profiles.ts";
import type { EngineProfile } from "../../core/profiles/engine-profiles.ts";
import { diagnoseTrace } from "../../studies/diagnosis/diagnose-trace.ts";
import { openTrace } from "../../studies/diagnosis/open-trace.ts";
import { FaultLog } from "../../traces/diagnostics.ts";
import type { ResultFormat } from "../simulation/print-results.ts";
import { formatOf, reportSkipped } from "../traces/trace-flags.ts";
import type { TraceFileFlags } from "../traces/trace-flags.ts";
import { UsageError } from "../usage-error.ts";
import { traceText } from "./trace-text.ts";
import type { DiagnosedFile } from "./trace-text.ts";

export interface TraceQuestionFlags extends TraceFileFlags {
  readonly format: ResultFormat;
  readonly blockTokens?: number;
  readonly profile: string;
  readonly cacheTokens?: number;
  readonly cacheBlocks?: number;
  readonly cacheGb?: number;
  readonly gpus: number;
  readonly usdPerGpuHour: number;
  readonly sessionsPerHour: number;
}

/** @throws UsageError or TraceError before anything is printed */
export function diagnoseFile(path: string, flags: TraceQuestionFlags): void {
  const profile = profileOf(flags);
  const faults = new FaultLog({ lenient: flags.lenient ?? false });
  const format = formatOf(path, flags);
  const block = flags.blockTokens === undefined ? {} : { blockTokens: flags.blockTokens };
  const { sessionsPerHour, usdPerGpuHour } = flags;
  const opened = openTrace({ path, format, faults, sessionsPerHour, profile, ...block });
  const { traffic, cannotTell } = opened;
  const diagnosis =
    traffic === null
      ? null
      : diagnoseTrace({
          ...traffic,
          cacheTokens: cacheTokensOf(flags, profile, traffic.templates.blockTokens),
          profile,
          usdPerGpuHour,
        });
  const file = { path, format, diagnosis, cannotTell, profile: profile.name, usdPerGpuHour };
  console.log(printed(file, flags.format));
  reportSkipped(faults);
}

const printed = (file: DiagnosedFile, format: ResultFormat): string =>
  format === "json" ? JSON.stringify({ schemaVersion: 1, ...file }) : traceText(file, format);

function profileOf({ profile: name }: TraceQuestionFlags): EngineProfile {
  const profile = Object.hasOwn(ENGINE_PROFILES, name) ? ENGINE_PROFILES[name] : undefined;
  if (profile !== undefined) return profile;
  const known = Object.keys(ENGINE_PROFILES).join(", ");
  throw new UsageError(`--profile: found "${name}", expected one of ${known}`);
}

/** @throws UsageError for a size that is given in more than one way */
function cacheTokensOf(
  { cacheTokens, cacheBlocks, cacheGb, gpus }: TraceQuestionFlags,
  { kvBytesPerToken, kvTokensPerGpu }: EngineProfile,
  blockTokens: number,
): number {
  const sizes = [
    ["--cache-tokens", cacheTokens],
    ["--cache-blocks", cacheBlocks && cacheBlocks * blockTokens],
    ["--cache-gb", cacheGb && Math.floor((cacheGb * 1e9) / kvBytesPerToken)],
  ] as const;
  const given = sizes.filter(([, tokens]) => tokens !== undefined);
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(" and ");
    throw new UsageError(`found ${names}, expected one of them`);
  }
  return given[0]?.[1] ?? gpus * kvTokensPerGpu;
}
