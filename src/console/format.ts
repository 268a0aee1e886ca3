/** Numbers and instants as the page writes them. Instants are UTC, as in logs. */

const UNKNOWN = "–";

/** `18:42:15` */
export const clock = (atSeconds: number): string =>
  new Date(atSeconds * 1_000).toISOString().slice(11, 19);

/** `18:42` */
export const minute = (atSeconds: number): string => clock(atSeconds).slice(0, 5);

/** `2026-12-01 18:42:15 UTC` */
export const instant = (atSeconds: number): string =>
  `${new Date(atSeconds * 1_000).toISOString().slice(0, 10)} ${clock(atSeconds)} UTC`;

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h` */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const [big, small, names] = minutes < 2_880 ? split(minutes, 60) : split(minutes / 60, 24);
  return small === 0 ? `${big} ${names[0]}` : `${big} ${names[0]} ${small} ${names[1]}`;
}

function split(total: number, size: number): [number, number, readonly [string, string]] {
  const rounded = Math.round(total);
  const names = size === 60 ? (["h", "min"] as const) : (["d", "h"] as const);
  return [Math.floor(rounded / size), rounded % size, names];
}

/** `99.2 %`, `90 %`; more digits close to 100 %, where objectives live. */
export function percent(share: number | null): string {
  if (share === null) return UNKNOWN;
  const digits = share >= 0.995 && share < 1 ? 2 : 1;
  return `${Number((share * 100).toFixed(digits))} %`;
}

/** `850 ms`, `2.5 s` */
export function latency(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  return seconds < 1 ? `${significant(seconds * 1_000)} ms` : `${significant(seconds)} s`;
}

/** `12.3` */
export const rate = (perSecond: number | null): string =>
  perSecond === null ? UNKNOWN : significant(perSecond);

/** Three significant figures, thousands apart, no exponent. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000) return Math.round(value).toLocaleString("en-US");
  if (size >= 100) return value.toFixed(0);
  const digits = size >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** `5 racks`, `1 rack` */
export const racks = (count: number): string => `${count} ${count === 1 ? "rack" : "racks"}`;

/** A signal's value in its unit. */
export function inUnit(value: number | null, unit: string): string {
  if (value === null) return UNKNOWN;
  if (unit === "ratio") return percent(value);
  return unit === "s" ? latency(value) : `${significant(value)} ${unit}`;
}

/** `1,234 USD` */
export const usd = (amount: number): string => `${significant(amount)} USD`;

/** `Tue 18:42` */
export const dayAndMinute = (atSeconds: number): string =>
  `${weekday(atSeconds)} ${minute(atSeconds)}`;

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** `Tue` */
export const weekday = (atSeconds: number): string =>
  DAYS[new Date(atSeconds * 1_000).getUTCDay()] ?? "";
