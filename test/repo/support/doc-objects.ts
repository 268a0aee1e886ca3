/** Objects of our kinds that docs show: what somebody copies must be accepted. */
import { parseAllDocuments } from "yaml";
import { compileFleet } from "../../../src/config/compile-fleet.ts";
import { compileOverride } from "../../../src/config/compile-override.ts";
import { compilePool } from "../../../src/config/compile-pool.ts";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import { describeErrors } from "../../../src/config/field-error.ts";
import { API_VERSION } from "../../../src/config/kind.ts";
import { epochMs } from "../../../src/core/units.ts";
import type { Markdown } from "./markdown.ts";
import type { Offence } from "./offence.ts";

/** Any instant: schedules that are long over are valid too. */
const NOW = epochMs(0);

const COMPILERS = {
  RackPool: compilePool,
  InferenceFleet: (raw: unknown) => compileFleet(raw, NOW),
  FleetOverride: compileOverride,
  Scenario: compileScenario,
} as const;

const KINDS = ["RackPool", "InferenceFleet", "FleetOverride", "Scenario"] as const;

/** @returns what is wrong with objects of ours in a text; fragments of objects are passed over */
export function objectErrors(yaml: string): readonly string[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    if (document.errors.length > 0) return document.errors.map(({ message }) => message);
    const raw: unknown = document.toJS();
    const { apiVersion, kind } = Object(raw);
    const known = KINDS.find((name) => name === kind);
    if (apiVersion !== API_VERSION || known === undefined) return [];
    const compiled = COMPILERS[known](raw);
    return compiled.ok ? [] : [`${kind}: ${describeErrors(compiled.errors)}`];
  });
}

export const objectOffences = ({ path, blocks }: Markdown): readonly Offence[] =>
  blocks
    .filter(({ info }) => info === "yaml")
    .flatMap(({ line, lines }) =>
      objectErrors(lines.join("\n")).map((found) => ({
        path,
        line,
        found,
        remedy: "Show objects that are accepted: somebody will copy them.",
      })),
    );
