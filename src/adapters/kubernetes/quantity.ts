/**
 * @returns a Kubernetes quantity as a number; 0 for an empty one. Devices are whole numbers, which
 *   the API server also writes as `4k` or `4000m`.
 */
export function quantityOf(text: string): number {
  const [, digits = "0", suffix = ""] = /^([0-9.]+)([mk]?)$/.exec(text) ?? [];
  if (suffix === "m") return Number(digits) / 1000;
  return Number(digits) * (suffix === "k" ? 1000 : 1);
}
