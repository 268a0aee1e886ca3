/** What is wrong with a field, in the words that a person needs to put it right. */
export interface FieldError {
  /** From the object's root: `spec.pools[0].name`. */
  readonly path: string;
  /** The value as JSON, shortened, or `nothing`. */
  readonly found: string;
  readonly expected: string;
}

/** Compiled, or everything that is wrong at once. */
export type Compilation<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** @returns one line for all errors, for a condition's message or a terminal. */
export function describeErrors(errors: readonly FieldError[]): string {
  return errors
    .map(({ path, found, expected }) => `${path}: found ${found}, expected ${expected}`)
    .join("; ");
}
