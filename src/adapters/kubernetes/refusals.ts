import type { CompiledPool } from "../../core/compiled.ts";
import type { Refusal } from "../../core/observation.ts";

/** @returns one refusal per text */
export const refused = (texts: readonly string[]): readonly Refusal[] =>
  texts.map((text) => ({ code: "pool-refused", text }));

export function noSuchObject({ name, backend: { target } }: CompiledPool): Refusal {
  const object = `${target.apiVersion} ${target.kind}`;
  const where = target.namespace === "" ? target.name : `${target.namespace}/${target.name}`;
  const text = `RackPool ${name} spec.backend: found no ${object} ${where}, expected one`;
  return { code: "pool-unknown", text };
}
