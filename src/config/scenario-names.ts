/** The pools and fleets that a scenario's world speaks of, found by the names people write. */
import type { CompiledFleet, CompiledGroup, FleetKey } from "../core/compiled.ts";
import type { FieldError } from "./field-error.ts";

/** Found, or what is wrong with the name. */
export type Named<T> = { readonly value: T } | { readonly error: FieldError };

/** @param written name or namespace/name; undefined means the only one */
export function fleetNamed(
  written: string | undefined,
  { fleets }: CompiledGroup,
  path: string,
): Named<FleetKey> {
  const keys = fleets.map(({ key }) => key);
  const found = fleets.filter((fleet) => isNamed(fleet, written));
  const [only] = found;
  return only !== undefined && found.length === 1
    ? { value: only.key }
    : { error: wrong(written, keys, path) };
}

/** @returns whether the name, or namespace/name, means this fleet; no name means any */
export const isNamed = (
  { key, name }: Pick<CompiledFleet, "key" | "name">,
  written: string | undefined,
): boolean => written === undefined || written === key || written === name;

/** @param written undefined means the only one */
export function poolNamed(
  written: string | undefined,
  { pools }: CompiledGroup,
  path: string,
): Named<string> {
  const names = pools.map(({ name }) => name);
  const found = written === undefined ? names : names.filter((name) => name === written);
  const [only] = found;
  return only !== undefined && found.length === 1
    ? { value: only }
    : { error: wrong(written, names, path) };
}

function wrong(written: string | undefined, known: readonly string[], path: string): FieldError {
  return {
    path,
    found: written === undefined ? "nothing" : JSON.stringify(written),
    expected: known.length === 0 ? "none, for there is none" : `one of ${known.join(", ")}`,
  };
}
