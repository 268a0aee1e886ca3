/** Instants as recordings write them, exact to the digits they have. */
import { LineFault, quoted } from "../diagnostics.ts";
import type { Cell } from "./csv.ts";

const DAY_CHARACTERS = 10;
const CLOCK = /^[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;
const NS_DIGITS = 9;
const NS_PER_SECOND = 1e9;

/** Whole seconds since 1970 and nanoseconds on top: one double cannot hold today to 100 ns. */
export interface Instant {
  readonly seconds: number;
  readonly ns: number;
}

/** Reads the stamps of one file; its days are few, so each is understood once. */
export class InstantReader {
  #day = "";
  #daySeconds = Number.NaN;

  /**
   * @returns the instant of `2023-11-16 18:17:03.9799600` or `2024-05-10 00:00:00.009930+00:00`;
   * one without a zone counts as UTC. @throws LineFault
   */
  read({ text, at, name }: Cell): Instant {
    const day = text.slice(0, DAY_CHARACTERS);
    if (day !== this.#day) {
      this.#daySeconds = secondsOfDay(day);
      this.#day = day;
    }
    const match = CLOCK.exec(text.slice(DAY_CHARACTERS));
    const [, hour, minute, second, fraction, zone] = match ?? [];
    const [h, m, s] = [Number(hour), Number(minute), Number(second)];
    const seconds = this.#daySeconds + h * 3_600 + m * 60 + s - zoneSeconds(zone);
    if (match === null || Number.isNaN(seconds) || h > 23 || m > 59 || s > 59) {
      const found = `${quoted(text)} in ${name}`;
      const expected = "a time stamp such as 2023-11-16 18:17:03.9799600";
      throw new LineFault({ code: "TRC012", at, found, expected });
    }
    return { seconds, ns: fraction === undefined ? 0 : Number(fraction.padEnd(NS_DIGITS, "0")) };
  }
}

/** @returns NaN for what is no day. Date.parse takes February 30 for March 1: it is written back */
function secondsOfDay(day: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  const known = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
  return known ? ms / 1_000 : Number.NaN;
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "+00:00") return 0;
  const digits = zone.slice(1).replace(":", "");
  const seconds = Number(digits.slice(0, 2)) * 3_600 + Number(digits.slice(2)) * 60;
  return zone.startsWith("-") ? -seconds : seconds;
}

/** @returns nanoseconds from one instant to another */
export const nsBetween = (from: Instant, to: Instant): number =>
  (to.seconds - from.seconds) * NS_PER_SECOND + (to.ns - from.ns);
