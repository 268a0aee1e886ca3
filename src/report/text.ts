/** Numbers and times as sentences and axes of a report write them. */

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** 45 s, 12 min, 3.5 h, 2.1 days */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * MINUTE) return `${Math.round(seconds / MINUTE)} min`;
  return seconds < 2 * DAY ? `${trimmed(seconds / HOUR)} h` : `${trimmed(seconds / DAY)} days`;
}

/** Since the start of the run: "14:05" on its first day, "day 3, 14:05" in longer runs. */
export function moment(seconds: number, long: boolean): string {
  const day = Math.floor(seconds / DAY) + 1;
  const minutes = Math.floor((seconds % DAY) / MINUTE);
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return long ? `day ${day}, ${clock}` : `${clock} h`;
}

/** 1234567 → 1,234,567; two significant digits below ten */
export function count(value: number): string {
  if (Math.abs(value) < 10 && !Number.isInteger(value)) return trimmed(value, 2);
  return Math.round(value).toLocaleString("en-US");
}

/** 0.931 → 93.1 %; closer to one with more digits, where objectives live */
export function percent(share: number): string {
  const digits = share > 0.99 && share < 1 ? 2 : 1;
  return `${Number((share * 100).toFixed(digits))} %`;
}

/** Never 100 %: nothing here is certain. */
export const confidenceText = (confidence: number): string =>
  confidence > 0.999 ? "> 99.9 %" : percent(confidence);

export const racks = (value: number): string => `${value} ${value === 1 ? "rack" : "racks"}`;

/** 1.2815515655 → 1.282: settings are read, not typed in again. */
export const settingValue = (value: number): string => String(Number(value.toPrecision(4)));

/** headroom-z 1.282 */
export const settingText = ({ name, value }: { readonly name: string; readonly value: number }) =>
  `${name} ${settingValue(value)}`;

/** With a capital letter. */
export const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** 1.2 turns/s */
export const rate = (perSecond: number): string => `${trimmed(perSecond, 2)} turns/s`;

const trimmed = (value: number, digits = 1): string => String(Number(value.toFixed(digits)));
