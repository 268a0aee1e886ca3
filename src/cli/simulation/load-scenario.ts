/** Scenario files, and the ranges beside them. */
import { dirname, join } from "node:path";
import { compileScenario } from "../../config/compile-scenario.ts";
import type { CompiledScenario } from "../../config/compiled-scenario.ts";
import { compileBounds } from "../../config/expected-bounds.ts";
import type { ExpectedBound } from "../../config/expected-bounds.ts";
import type { Compilation } from "../../config/field-error.ts";
import { describeDocument, readDocument } from "../../config/written-document.ts";
import { unknownFields } from "../../studies/simulation/result-fields.ts";
import { readText } from "../text-file.ts";
import { UsageError } from "../usage-error.ts";

/** @throws UsageError that names file, line, column and field of everything that is wrong */
export const loadScenario = (file: string): CompiledScenario =>
  compiledFile(file, readText(file), compileScenario);

/**
 * @returns what `expected.yaml` beside the scenario asks for; nothing where there is none
 * @throws UsageError when there is one that cannot be read, or that asks for what no result of the
 *   scenario has
 */
export function loadBounds(
  scenarioFile: string,
  scenario: CompiledScenario,
): readonly ExpectedBound[] {
  const file = join(dirname(scenarioFile), "expected.yaml");
  const compile = (raw: unknown): Compilation<readonly ExpectedBound[]> => {
    const bounds = compileBounds(raw);
    const errors = bounds.ok ? unknownFields(bounds.value, scenario) : [];
    return errors.length > 0 ? { ok: false, errors } : bounds;
  };
  try {
    return compiledFile(file, readText(file), compile);
  } catch (error) {
    if (error instanceof UsageError && isMissing(error.cause)) return [];
    throw error;
  }
}

function compiledFile<T>(file: string, text: string, compile: (raw: unknown) => Compilation<T>): T {
  const read = readDocument(text, compile);
  if (read.ok) return read.value;
  throw new UsageError(describeDocument(file, read.errors));
}

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "ENOENT";
