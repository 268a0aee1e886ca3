import { readFile } from "node:fs/promises";

/** @returns what the file holds now: a rotated secret needs no restart; null: nothing of use */
export async function readSecret(path: string): Promise<string | null> {
  try {
    const secret = (await readFile(path, "utf8")).trim();
    return secret === "" ? null : secret;
  } catch {
    return null;
  }
}
