/** Numbers on the command line: each says what it found and what it expects. */
import { InvalidArgumentError } from "commander";

/** @returns NaN for blank text too, which `Number` takes for 0 */
const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

export function positiveNumber(text: string): number {
  const value = numberOf(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`found "${text}", expected a number above 0.`);
}

/** Random streams begin with 32 bits: a larger seed would be a smaller one in disguise. */
const LARGEST_SEED = 4_294_967_295;

export function seedNumber(text: string): number {
  const value = digitsOf(text);
  if (value <= LARGEST_SEED) return value;
  throw new InvalidArgumentError(
    `found "${text}", expected a whole number from 0 to ${LARGEST_SEED}.`,
  );
}

export function positiveWholeNumber(text: string): number {
  const value = digitsOf(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError(`found "${text}", expected a whole number above 0.`);
}

/** @returns a reader of whole numbers from 1 to `most` */
export const wholeNumberTo =
  (most: number) =>
  (text: string): number => {
    const value = digitsOf(text);
    if (value > 0 && value <= most) return value;
    throw new InvalidArgumentError(`found "${text}", expected a whole number from 1 to ${most}.`);
  };

/** Digits alone: `Number` would also take 0x10 and 1e3. */
const digitsOf = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN);

export function portNumber(text: string): number {
  const value = numberOf(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError(`found "${text}", expected a port from 0 to 65535.`);
}
