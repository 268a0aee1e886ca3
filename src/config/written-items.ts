/** The objects of a written document: itself, or what `kubectl get -o yaml` lists in it. */
import { z } from "zod";
import type { Compilation } from "./field-error.ts";

export interface WrittenItem {
  readonly kind: string;
  /** Where it is in a list; null for the document itself. */
  readonly index: number | null;
}

const named = z.object({ kind: z.string() });
const listed = z.object({ kind: z.string().endsWith("List"), items: z.array(z.unknown()) });

/** @returns the objects that say of which kind they are, in order */
export function writtenItems(raw: unknown): readonly WrittenItem[] {
  const list = listed.safeParse(raw);
  if (!list.success) return kindOf(raw, null);
  return list.data.items.flatMap((item, index) => kindOf(item, index));
}

function kindOf(raw: unknown, index: number | null): readonly WrittenItem[] {
  const found = named.safeParse(raw);
  return found.success ? [{ kind: found.data.kind, index }] : [];
}

/** @returns what `compile` makes of the item; paths of errors begin at the document */
export function compileItem<T>(
  raw: unknown,
  { index }: Pick<WrittenItem, "index">,
  compile: (raw: unknown) => Compilation<T>,
): Compilation<T> {
  if (index === null) return compile(raw);
  const list = listed.safeParse(raw);
  const compiled = compile(list.success ? list.data.items[index] : undefined);
  if (compiled.ok) return compiled;
  const errors = compiled.errors.map((error) => ({
    ...error,
    path: `items[${index}]${error.path === "" ? "" : `.${error.path}`}`,
  }));
  return { ok: false, errors };
}
