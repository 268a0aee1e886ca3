/** @returns the index of the record on a line of the log; null when it is no record */
export function indexOfRecord(line: string): number | null {
  try {
    const record: unknown = JSON.parse(line);
    if (typeof record !== "object" || record === null || !("index" in record)) return null;
    return typeof record.index === "number" ? record.index : null;
  } catch {
    return null;
  }
}
