/**
 * The kinds of field that the four kinds are made of. Each takes the sentence that describes it,
 * since that sentence is what `kubectl explain`, the reference pages and editors show. Every
 * string and list has a bound: the API server prices CEL rules by the largest possible object.
 */
import { z } from "zod";
import { durationMs, GO_DURATION_PATTERN } from "./go-duration.ts";
import { isTimeZone, wallTime } from "./local-time.ts";

const DECIMAL_PATTERN = /^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/;
/** Above 0 and below 1: an objective of exactly 1 would be missed by the first slow turn. */
const SHARE_PATTERN = /^0\.[0-9]{0,5}[1-9][0-9]{0,5}$/;
const DNS_LABEL_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const FLEET_OR_ALL_PATTERN =
  /^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$/;
const API_VERSION_PATTERN = /^([a-z0-9.-]+\/)?v[0-9][a-z0-9]*$/;
const LABEL_KEY_PATTERN =
  /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const KIND_PATTERN = /^[A-Z][A-Za-z0-9]*$/;
const LOCAL_TIME_PATTERN = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$/;

/** The most that the kinds allow of one thing in one object: fleets of a pool, rules of a fleet. */
export const MANY = 64;
export const FEW = 16;

const LOCAL_TIME_EXPECTED = 'a local time of the calendar such as "2026-12-01T18:00:00"';
const DURATION_EXPECTED = 'a Go duration such as "1h30m" or "2500ms", or seconds as a number';

/**
 * Text of one form; `expected` is what a refusal says, whichever way the text is wrong. A wrong
 * form ends the check, so that no later rule reads what it cannot.
 */
export const textLike = (pattern: RegExp, maxChars: number, expected: string) =>
  z.string({ error: expected }).max(maxChars).regex(pattern, { error: expected, abort: true });

/** A Go duration, or seconds as a plain number (whole ones on the API server). */
export const duration = (text: string) =>
  z
    .union(
      [
        textLike(GO_DURATION_PATTERN, 32, DURATION_EXPECTED),
        z.number({ error: DURATION_EXPECTED }).min(0, { error: DURATION_EXPECTED, abort: true }),
      ],
      { error: DURATION_EXPECTED },
    )
    .meta({ description: text, "x-kubernetes-int-or-string": true });

/** A duration that must not be zero. */
export const span = (text: string) =>
  duration(text).refine((written) => durationMs(written) > 0, {
    message: `${DURATION_EXPECTED}, above zero`,
  });

/** Two points of a distribution of durations, with what to believe before anything was measured. */
export const spread = (text: string, prior: { readonly p50: string; readonly p95: string }) =>
  z
    .object({
      p50: duration("Half are faster.").default(prior.p50),
      p95: duration("All but one in twenty are faster.").default(prior.p95),
    })
    .refine(({ p50, p95 }) => durationMs(p50) <= durationMs(p95), {
      message: "p50 must not exceed p95",
      path: ["p50"],
    })
    .describe(text)
    .prefault({});

/** A number of at least 0 with up to six decimals, quoted: money and rates keep their digits. */
export const decimal = (text: string) =>
  textLike(
    DECIMAL_PATTERN,
    20,
    'a decimal number of at least 0 in quotes, such as "756.00"',
  ).describe(text);

export const share = (text: string) =>
  textLike(SHARE_PATTERN, 16, 'a share above 0 and below 1 in quotes, such as "0.99"').describe(
    text,
  );

/** RFC 3339 with an offset. */
export const instant = (text: string) =>
  z.iso
    .datetime({ offset: true, error: 'an RFC 3339 time such as "2026-12-01T18:00:00Z"' })
    .describe(text);

/** A wall-clock time without offset: a time zone beside it says where. */
export const localTime = (text: string) =>
  textLike(LOCAL_TIME_PATTERN, 19, LOCAL_TIME_EXPECTED)
    .refine((written) => wallTime(written) !== null, { message: LOCAL_TIME_EXPECTED })
    .describe(text);

export const timeZone = (text: string) =>
  z
    .string()
    .max(64)
    .refine(isTimeZone, { message: "an IANA time zone such as America/New_York" })
    .describe(text);

/** A generation of Kubernetes' own counting. */
export const generation = (text: string) =>
  z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe(text);

export const count = (text: string, least = 0, most = 10_000) =>
  z.int().min(least).max(most).describe(text);

/** A namespace, a name inside a list. */
export const label = (text: string) =>
  textLike(
    DNS_LABEL_PATTERN,
    63,
    "at most 63 of a-z, 0-9 and -, a letter or digit at both ends",
  ).describe(text);

/** The name of an object. */
export const objectName = (text: string) =>
  textLike(
    DNS_SUBDOMAIN_PATTERN,
    253,
    "at most 253 of a-z, 0-9, - and ., as object names are",
  ).describe(text);

/** A fleet of the same namespace, or all of them. */
export const fleetOrAll = (text: string) =>
  textLike(
    FLEET_OR_ALL_PATTERN,
    253,
    'the name of a fleet: at most 253 of a-z, 0-9, - and .; or "*" for every fleet',
  ).describe(text);

/** Free text of one line or a few. */
export const sentence = (text: string, most = 1024) => z.string().max(most).describe(text);

export const labels = (text: string) =>
  z.record(z.string().max(317), z.string().max(256)).describe(text);

/** Key of a label or taint, with an optional prefix. */
export const labelKey = (text: string) =>
  textLike(
    LABEL_KEY_PATTERN,
    317,
    "a key such as example.com/reclaim: a prefix of a-z, 0-9, - and ., a slash, then at most 63 " +
      "of letters, digits, -, _ and .",
  ).describe(text);

export const apiVersion = (text: string) =>
  textLike(API_VERSION_PATTERN, 317, "group/version such as apps/v1, or v1").describe(text);

export const objectKind = (text: string) =>
  textLike(KIND_PATTERN, 63, "a kind such as Deployment").describe(text);

/** A list whose entries are told apart by one of their fields: two writers do not collide. */
export const keyedList = <K extends string, T extends z.ZodType<Readonly<Record<K, string>>>>(
  item: T,
  key: K,
  text: string,
) =>
  z
    .array(item)
    .max(FEW)
    .refine((list) => new Set(list.map((entry) => entry[key])).size === list.length, {
      message: `entries with different ${key}`,
    })
    .meta({
      description: text,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": [key],
    });

/** What Kubernetes asks of every status: `kubectl wait --for=condition=Ready` reads it. */
export const conditions = () =>
  keyedList(
    z
      .object({
        type: z.string().max(316).describe("What the condition is about, such as Ready."),
        status: z
          .enum(["True", "False", "Unknown"])
          .describe("Whether it holds: True, False or Unknown."),
        reason: z
          .string()
          .min(1)
          .max(128)
          .describe("Why, as one CamelCase word that programs compare with."),
        message: z.string().max(32_768).describe("Why, as a sentence for people."),
        lastTransitionTime: instant("When the status last changed."),
        observedGeneration: generation("The generation of the spec it was judged on.").optional(),
      })
      .describe("One condition."),
    "type",
    "What is true of the object at the moment, each with the reason.",
  );
