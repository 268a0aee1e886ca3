import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EDGE_TABLES, SIGNAL_TABLES } from "../../../src/core/profiles/signal-tables.ts";
import type {
  NotExported,
  SeriesTable,
  SignalQuery,
  SignalTable,
} from "../../../src/core/profiles/signal-table.ts";
import { EDGE_PROFILES, SIGNAL_PROFILES, SIGNAL_UNITS } from "../../../src/core/signals/names.ts";

const EXPOSITIONS = join(import.meta.dirname, "../../support/expositions");
const ENGINES = Object.values(SIGNAL_TABLES);
const EDGES = Object.values(EDGE_TABLES);

interface Use {
  readonly macro: string;
  readonly name: string;
}

const usesIn = (promql: string): readonly Use[] =>
  [...promql.matchAll(/\$(\w+)\((\w+)\)/g)].map(([, macro = "", name = ""]) => ({ macro, name }));

const queriesOf = (table: SignalTable): readonly SignalQuery[] =>
  [...Object.values(table.signals), ...Object.values(table.objectives)].flatMap(
    (query: SignalQuery | NotExported) => ("promql" in query ? [query] : []),
  );

/** What the diagnosis of the caches asks beside the signals. */
const cacheTextsOf = ({ caches = {} }: SignalTable): readonly string[] =>
  [caches.sourced, caches.setting?.promql, caches.kvTokens, caches.evictions].filter(
    (text) => text !== undefined,
  );

/** Every table with the text of its queries and the series that date them. */
const TABLES: readonly (readonly [string, SeriesTable, readonly string[], readonly string[]])[] = [
  ...ENGINES.map((table) => {
    const queries = queriesOf(table);
    const newest = [...queries.map((query) => query.newest), table.presence];
    const texts = [...queries.map(({ promql }) => promql), ...cacheTextsOf(table)];
    return [table.engine, table.series, texts, newest] as const;
  }),
  ...EDGES.map(({ edge, series, arrivals, waiting, index, presence }) => {
    const indexTexts = index === undefined ? [] : [index.lookups, index.bestPodBlocks];
    const texts = [arrivals.promql, ...(waiting === null ? [] : [waiting]), ...indexTexts];
    return [`${edge} edge`, series, texts, [arrivals.newest, presence]] as const;
  }),
];

/** Types by family, from every exposition of the folder. */
const TYPES = new Map(
  readdirSync(EXPOSITIONS, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".prom"))
    .flatMap((path) => readFileSync(join(EXPOSITIONS, path), "utf8").split("\n"))
    .flatMap((line): readonly (readonly [string, string])[] => {
      const [, family, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      return family === undefined || type === undefined ? [] : [[family, type]];
    }),
);

/** @returns `counter` for what only grows, `gauge` for a level, null where no exposition has it */
function typeOf(name: string): string | null {
  const family = name.replace(/_(bucket|count|sum)$/, "");
  const type = TYPES.get(name) ?? TYPES.get(family) ?? null;
  return type === "histogram" ? "counter" : type;
}

const COUNTER_MACROS = ["rate", "within"];

describe("every name that a fleet may give", () => {
  it("has its table", () => {
    expect(ENGINES.map(({ engine }) => engine)).toEqual(SIGNAL_PROFILES);
    expect(EDGES.map(({ edge }) => edge)).toEqual(EDGE_PROFILES);
  });
});

describe.each(TABLES)("the %s table", (_, series, texts, newest) => {
  const uses = texts.flatMap(usesIn);

  it("names only series of its own, and none that no query uses", () => {
    const names = new Set([...uses.map(({ name }) => name), ...newest]);
    expect([...names].toSorted()).toEqual(Object.keys(series).toSorted());
  });

  it("takes rates of counters and levels of gauges, as the expositions type them", () => {
    for (const { macro, name } of uses) {
      const types = (series[name]?.names ?? []).map(typeOf).filter((type) => type !== null);
      expect(types.length, `${name} is in no exposition`).toBeGreaterThan(0);
      const expected = COUNTER_MACROS.includes(macro) ? "counter" : "gauge";
      expect(new Set(types), `$${macro}(${name})`).toEqual(new Set([expected]));
    }
  });

  it("divides by nothing that may be zero", () => {
    for (const text of texts) {
      for (const [, divisor = ""] of text.matchAll(/\/ (.*)$/g)) expect(divisor).toMatch(/> 0\)$/);
    }
  });
});

describe.each(ENGINES)("the $engine table", (table) => {
  it("answers every signal in its unit, or says why it does not", () => {
    const signals: readonly (readonly [string, SignalQuery | NotExported])[] = Object.entries(
      table.signals,
    );
    for (const [name, query] of signals) {
      if ("notExported" in query) expect(query.notExported).toMatch(/expected an override/);
      else expect(SIGNAL_UNITS).toMatchObject({ [name]: query.unit });
    }
  });

  it("reads times from series in seconds", () => {
    const times = queriesOf(table).filter(({ unit }) => unit === "s" || unit === "ratio");
    const names = times
      .flatMap(({ promql }) => usesIn(promql))
      .flatMap(({ name }) => table.series[name]?.names ?? [])
      .filter((name) => /time|latency/.test(name));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/_seconds_(bucket|count)$/);
  });

  it("has bounds in ascending order, none of which measures nothing", () => {
    for (const bounds of Object.values(table.bucketsSeconds)) {
      expect(bounds.toSorted((a, b) => a - b)).toEqual(bounds);
      expect(new Set(bounds).size).toBe(bounds.length);
      expect(Math.min(...bounds)).toBeGreaterThan(0);
    }
  });

  it("has the bounds of its expositions", () => {
    for (const metric of ["TTFT", "ITL"] as const) {
      const query = table.objectives[metric].promql;
      const bucket = usesIn(query).find(({ macro }) => macro === "within")?.name ?? "";
      const found = boundsOf(table.engine, table.series[bucket]?.names ?? []);
      expect(found.filter((bound) => bound > 0)).toEqual(table.bucketsSeconds[metric]);
    }
  });

  it("says what it cannot show, in whole sentences", () => {
    expect(table.cannotShow.length).toBeGreaterThan(0);
    for (const text of table.cannotShow) expect(text).toMatch(/^[A-Z].*\.$/);
  });
});

describe("tables that are read together", () => {
  it("call no two series by one name", () => {
    for (const { series } of ENGINES) {
      for (const edge of EDGES) {
        const shared = Object.keys(edge.series).filter((name) => Object.hasOwn(series, name));
        expect(shared).toEqual([]);
      }
    }
  });
});

/** Finite bounds of the engine's bucket series, ascending. */
function boundsOf(engine: string, names: readonly string[]): readonly number[] {
  const folder = join(EXPOSITIONS, engine);
  const lines = readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), "utf8").split("\n"),
  );
  const bounds = lines
    .filter((line) => names.some((name) => line.startsWith(`${name}{`)))
    .map((line) => Number(/le="([^"]*)"/.exec(line)?.[1]?.replace("+Inf", "Infinity")));
  return [...new Set(bounds)].filter(Number.isFinite).toSorted((a, b) => a - b);
}
