import { UsageError } from "../usage-error.ts";

/**
 * @returns the group asked for, or the only one
 * @throws UsageError that names those there are
 */
export function groupNamed(asked: string | undefined, names: readonly string[]): string {
  const found = asked ?? (names.length === 1 ? names[0] : undefined);
  if (found !== undefined && names.includes(found)) return found;
  const known = names.toSorted().join(", ") || "nothing";
  throw new UsageError(`--group: found ${asked ?? "none"}, expected one of: ${known}`);
}
