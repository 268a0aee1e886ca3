import { stringify } from "yaml";
import type { Written } from "./written-objects.ts";

/** Columns that lines are broken at. */
const COLUMNS = 100;

/**
 * Kubernetes reads YAML 1.1, in which `Off` is false and an instant no text: both are quoted.
 * @returns the value below a comment of its own lines; it ends with a line break
 */
export const yamlText = (comment: readonly string[], value: Written): string =>
  [
    ...comment.map((line) => `# ${line}\n`),
    stringify(value, { lineWidth: COLUMNS, version: "1.1" }),
  ].join("");
