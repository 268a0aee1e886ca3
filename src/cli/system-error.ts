/** What the operating system said, in words that fit into a sentence. */

/** Node's form: `ENOENT: no such file or directory, open '/some/path'`. */
const SYSTEM_MESSAGE = /^E[A-Z0-9]+: (.*?)(?:, \w+(?: '.*')?)?$/s;

/** @returns `no such file or directory`: the code, the call and the path are left to the caller */
export function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return SYSTEM_MESSAGE.exec(message)?.[1] ?? message;
}
