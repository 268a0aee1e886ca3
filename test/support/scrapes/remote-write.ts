/**
 * The Prometheus remote-write protocol 0.1: protobuf in a snappy block. Unlike text formats it
 * carries stale markers, so a server that took it in holds what one that scraped would.
 */
import type { MetricsStore } from "../../../src/sim/metrics/metrics-store.ts";
import { STALE } from "../../../src/sim/metrics/sample-log.ts";
import type { StoredSeries } from "../../../src/sim/metrics/scraped-target.ts";

/** prometheus/model/value: the one NaN that means "this series ended". */
const STALE_NAN = 0x7ff0000000000002n;
/** Series a request: far below the server's limits on what a body may decompress to. */
const SERIES_PER_REQUEST = 100;
/** Longest literal that a snappy tag with two bytes of length can carry. */
const LITERAL_BYTES = 65_536;

/** Instants of scrapes: after the first, up to the second. */
export interface Between {
  readonly afterMs: number;
  readonly untilMs: number;
}

const ALWAYS: Between = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

/** @throws when the server does not take everything */
export async function remoteWrite(
  url: string,
  store: MetricsStore,
  between: Between = ALWAYS,
): Promise<void> {
  const all = store.series();
  for (let from = 0; from < all.length; from += SERIES_PER_REQUEST) {
    const request = all
      .slice(from, from + SERIES_PER_REQUEST)
      .flatMap((series) => timeSeries(series, between));
    const answer = await fetch(`${url}/api/v1/write`, {
      method: "POST",
      headers: {
        "content-encoding": "snappy",
        "content-type": "application/x-protobuf",
        "x-prometheus-remote-write-version": "0.1.0",
      },
      body: Buffer.from(snappy(request)),
    });
    if (!answer.ok) throw new Error(`remote write: HTTP ${answer.status} ${await answer.text()}`);
  }
}

/** prompb.WriteRequest: field 1 is a TimeSeries of labels (1) and samples (2). */
function timeSeries(
  { labels, axis, log, column }: StoredSeries,
  { afterMs, untilMs }: Between,
): readonly number[] {
  const bytes = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => field(1, [...field(1, utf8(name)), ...field(2, utf8(value))]));
  const labelBytes = bytes.length;
  let before = STALE;
  for (let row = axis.firstRow(); row < axis.endRow(); row += 1) {
    const value = log.value(row, column);
    const at = axis.timeOf(row);
    const isMarker = value === STALE && before > STALE;
    const isWanted = at > afterMs && at <= untilMs;
    if (isWanted && (isMarker || value > STALE)) bytes.push(...field(2, sample(value, at)));
    if (!Number.isNaN(value)) before = value;
  }
  return bytes.length === labelBytes ? [] : field(1, bytes);
}

/** Field 1: a double. Field 2: milliseconds as a varint. */
function sample(value: number, at: number): readonly number[] {
  const bytes = new DataView(new ArrayBuffer(8));
  if (value > STALE) bytes.setFloat64(0, value, true);
  else bytes.setBigUint64(0, STALE_NAN, true);
  return [0x09, ...new Uint8Array(bytes.buffer), 0x10, ...varint(at)];
}

const field = (number: number, bytes: readonly number[]): number[] => [
  (number << 3) | 2,
  ...varint(bytes.length),
  ...bytes,
];

const utf8 = (text: string): readonly number[] => [...new TextEncoder().encode(text)];

function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** A block of literals: nothing is compressed. */
function snappy(bytes: readonly number[]): Uint8Array {
  const out: number[] = [...varint(bytes.length)];
  for (let from = 0; from < bytes.length; from += LITERAL_BYTES) {
    const literal = bytes.slice(from, from + LITERAL_BYTES);
    const length = literal.length - 1;
    out.push(61 << 2, length & 255, length >> 8);
    for (const byte of literal) out.push(byte);
  }
  return Uint8Array.from(out);
}
