/** Small fleets at random, crowded enough for everything to happen. */
import fc from "fast-check";
import type {
  ClientModel,
  EngineModel,
  ReplicaRole,
  RouterModel,
  StoreModel,
} from "../../../src/sim/kernel/contract.ts";
import { SUBS_PER_NS } from "../../../src/sim/kernel/contract.ts";
import type { Deed, KernelCase, SourceCase, TimedDeed } from "./kernel-case.ts";
import { tidied } from "./tidy-case.ts";
import type { ChainSketch, RowSketch, SessionSketch, TemplatesSketch } from "./sketch.ts";

/** What a case is about; everything else is as plain as can be. */
export interface CaseTheme {
  readonly split?: boolean;
  readonly clients?: boolean;
  readonly comings?: boolean;
  readonly faults?: boolean;
  readonly router?: RouterModel["kind"];
  readonly host?: boolean;
  /** A store that all replicas share. */
  readonly store?: boolean;
  /** A router whose guard looks at decayed tokens. */
  readonly decayed?: boolean;
  /** Replicas come whose caches are configured in their own way. */
  readonly settings?: boolean;
  /** Long answers that evict the prefixes of others, and a router that sees it a little later. */
  readonly streams?: boolean;
}

/** Everything of a case happens about here; iterations take a microsecond. */
const SPAN_NS = 40_000;

const int = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** Few different instants, so that many coincide. */
const instant = (maxNs: number): fc.Arbitrary<number> =>
  fc.oneof(
    int(0, Math.floor(maxNs / 5_000)).map((steps) => steps * 5_000),
    int(0, Math.floor(maxNs / 1_000)).map((us) => us * 1_000),
    int(0, maxNs),
  );

/** @returns cases of a theme; half of them have everything at whole microseconds */
export const kernelCase = (theme: CaseTheme): fc.Arbitrary<KernelCase> =>
  fc.tuple(fc.boolean(), raggedCase(theme)).map(([tidy, of]) => (tidy ? tidied(of) : of));

function raggedCase(theme: CaseTheme): fc.Arbitrary<KernelCase> {
  return int(1, 4).chain((quarterBlocks) => {
    const blockTokens = quarterBlocks * 4;
    return fc.record({
      engine: engine(theme, blockTokens),
      decodeEngine: fc.option(engine(theme, blockTokens), {
        freq: theme.split === true ? 1 : 1_000,
      }),
      store: theme.store === true ? store : fc.constant(null),
      router: router(theme),
      clients: theme.clients === true ? clients : fc.constant(PATIENT),
      sources: fc.array(source(theme, blockTokens), { minLength: 1, maxLength: 2 }),
      roles: roles(theme),
      deeds: deeds(theme),
      seed: int(1, 1_000_000),
      resultsFromNs: fc.constantFrom(0, SPAN_NS / 4),
      delays: fc.boolean(),
    });
  });
}

/** Costs are whole nanoseconds in half of the cases, which makes replicas end at one instant. */
function engine(theme: CaseTheme, blockTokens: number): fc.Arbitrary<EngineModel> {
  const cost = (maxNs: number): fc.Arbitrary<number> =>
    fc.oneof(
      fc.constant(0),
      int(0, maxNs).map((ns) => ns * SUBS_PER_NS),
      int(0, maxNs * SUBS_PER_NS),
    );
  return fc.record({
    budgetTokens: fc.oneof(int(8, 40), int(40, 400)),
    maxSequences: int(1, 8),
    kvTokens: fc.oneof(int(60, 200), int(200, 1_000)),
    evictAtLeastTokens: fc.oneof(fc.constant(0), int(0, 4 * blockTokens)),
    iterationSubs: fc.oneof(
      fc.constant(1_000 * SUBS_PER_NS),
      int(SUBS_PER_NS, 2_000 * SUBS_PER_NS),
    ),
    prefillTokenSubs: cost(20),
    prefillPairSubs: cost(1),
    decodeSequenceSubs: cost(50),
    decodeContextSubs: cost(2),
    overheadNs: fc.oneof(fc.constant(0), int(0, 2_000)),
    cacheOutputs: fc.boolean(),
    transferNs: fc.oneof(fc.constant(0), int(0, 3_000)),
    transferTokenSubs: cost(20),
    host:
      theme.host === true
        ? fc.record({ tokens: int(0, 600), loadTokenSubs: cost(10) })
        : fc.constant(null),
  });
}

/** Small and large ones; in half of the cases to fetch takes no time. */
const store: fc.Arbitrary<StoreModel> = fc.record({
  tokens: fc.oneof(int(0, 400), int(400, 4_000)),
  fetchSubs: fc.oneof(fc.constant(0), int(0, 500 * SUBS_PER_NS)),
  fetchTokenSubs: fc.oneof(fc.constant(0), int(0, 10 * SUBS_PER_NS)),
});

const router = (theme: CaseTheme): fc.Arbitrary<RouterModel> =>
  theme.decayed === true
    ? fc.record({ plain: plainRouter(theme), decay }).map(({ plain, decay }) => ({
        ...plain,
        kind: "prefix-affinity",
        decay,
      }))
    : plainRouter(theme);

const decay = fc.record({
  decayNs: fc.oneof(fc.constantFrom(1_000, 10_000), int(1, 100_000)),
  slackTokens: fc.constantFrom(0, 20, 200),
});

const plainRouter = ({ router, streams }: CaseTheme): fc.Arbitrary<RouterModel> =>
  fc.record({
    kind:
      router === undefined
        ? fc.constantFrom(
            "round-robin" as const,
            "least-loaded" as const,
            "session-sticky" as const,
            "prefix-affinity" as const,
          )
        : fc.constant(router),
    lagNs:
      streams === true
        ? int(1, 4_000)
        : fc.oneof(fc.constant(0), fc.constant(2_000), int(0, 10_000)),
    guard: streams === true ? fc.constant(100) : fc.constantFrom(0.5, 1, 1.25, 2, 100),
  });

const PATIENT: ClientModel = {
  timeoutNs: Infinity,
  retries: 0,
  retryBackoffNs: 0,
  abandonAfterNs: Infinity,
};

const clients: fc.Arbitrary<ClientModel> = fc.record({
  timeoutNs: fc.oneof(
    fc.constant(Infinity),
    int(1, 10).map((us) => us * 1_000),
    int(1, 20_000),
  ),
  retries: int(0, 3),
  retryBackoffNs: fc.oneof(fc.constant(0), fc.constant(1_000), int(0, 5_000)),
  abandonAfterNs: fc.oneof(
    fc.constant(Infinity),
    int(1, 20).map((us) => us * 1_000),
    int(1, 40_000),
  ),
});

const roles = ({ split, comings, streams }: CaseTheme): fc.Arbitrary<readonly ReplicaRole[]> =>
  fc.array(role(split), {
    minLength: streams === true ? 2 : comings === true ? 0 : 1,
    maxLength: 4,
  });

const role = (split = false): fc.Arbitrary<ReplicaRole> =>
  split
    ? fc.constantFrom("Prefill" as const, "Decode" as const, "Decode" as const)
    : fc.constant("Aggregated" as const);

function deeds(theme: CaseTheme): fc.Arbitrary<readonly TimedDeed[]> {
  const replica = fc.nat(7);
  const kinds: fc.Arbitrary<Deed>[] = [fc.record({ kind: fc.constant("look" as const), replica })];
  if (theme.comings === true) {
    kinds.push(
      fc.record({ kind: fc.constant("add" as const), role: role(theme.split) }),
      ...(theme.settings === true ? [configured(theme.split)] : []),
      fc.record({
        kind: fc.constantFrom("eject" as const, "readmit" as const, "remove" as const),
        replica,
      }),
    );
  }
  if (theme.faults === true) kinds.push(...faults(replica));
  const deed = fc.oneof(...kinds);
  return fc
    .array(fc.record({ atNs: instant(2 * SPAN_NS), deed }), { maxLength: 12 })
    .map((list) => list.toSorted((a, b) => a.atNs - b.atNs));
}

const configured = (split: boolean | undefined): fc.Arbitrary<Deed> =>
  fc.record({
    kind: fc.constant("add" as const),
    role: role(split),
    settings: fc.record({
      kvTokens: fc.oneof(int(20, 200), int(200, 1_000)),
      prefixCaching: fc.boolean(),
    }),
  });

const faults = (replica: fc.Arbitrary<number>): readonly fc.Arbitrary<Deed>[] => [
  fc.record({
    kind: fc.constant("slow" as const),
    replica,
    factor: fc.constantFrom(1, 0.5, 1.3, 2, 3),
  }),
  fc.record({ kind: fc.constant("flush" as const), replica }),
  fc.record({ kind: fc.constant("misroute" as const), share: fc.constantFrom(0, 0.3, 1) }),
  fc.record({
    kind: fc.constant("unstable" as const),
    share: fc.constantFrom(0, 0.5, 1),
    depthTokens: int(0, 60),
  }),
];

/** Shared chains, templates whose chains hang on them or on nothing, and sessions that run them. */
function source(theme: CaseTheme, blockTokens: number): fc.Arbitrary<SourceCase> {
  const from = int(0, 6);
  const chain = fc.record({ parent: fc.option(fc.nat(9)), from });
  return fc
    .record({
      shared: fc.array(chain, { maxLength: 2 }),
      sessions: fc.array(template(theme, chain), { minLength: 1, maxLength: 3 }),
      starts: fc.array(fc.record({ atNs: instant(SPAN_NS), template: fc.nat(9) }), {
        minLength: 1,
        maxLength: 10,
      }),
    })
    .map(({ shared, sessions, starts }) => ({
      sketch: sketchOf(blockTokens, shared, sessions),
      starts: starts
        .map(({ atNs, template }) => ({ atNs, template: template % sessions.length }))
        .toSorted((a, b) => a.atNs - b.atNs),
    }));
}

type Chain = Omit<ChainSketch, "shared">;

interface Row {
  readonly input: number;
  readonly output: number;
  readonly chain: number;
  /** Whether the output goes on in a chain of its own. */
  readonly apart: boolean;
  readonly delayNs: number;
  readonly after: readonly number[];
}

interface Template {
  readonly chains: readonly Chain[];
  readonly roots: number;
  readonly rows: readonly Row[];
}

const template = ({ streams }: CaseTheme, chain: fc.Arbitrary<Chain>): fc.Arbitrary<Template> =>
  fc.record({
    chains: fc.array(chain, { minLength: 1, maxLength: 4 }),
    roots: int(1, 3),
    rows: fc.array(
      fc.record({
        input: fc.oneof(int(1, 40), int(1, 120)),
        output:
          streams === true
            ? fc.oneof(int(1, 6), int(40, 120))
            : fc.oneof(fc.constant(1), int(1, 12), int(1, 60)),
        chain: fc.nat(9),
        apart: fc.boolean(),
        delayNs: fc.oneof(fc.constant(0), instant(10_000)),
        after: fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  });

function sketchOf(
  blockTokens: number,
  shared: readonly Chain[],
  templates: readonly Template[],
): TemplatesSketch {
  let firstChain = shared.length;
  const sessions = templates.map((one) => {
    const session = sessionOf(one, { blockTokens, firstChain, shared: shared.length });
    firstChain += session.chains.length;
    return session;
  });
  return {
    blockTokens,
    shared: shared.map((chain, at) => ({ ...rooted(chain, at, (parent) => parent), shared: true })),
    sessions,
  };
}

interface Ids {
  readonly blockTokens: number;
  readonly firstChain: number;
  /** Static ids below this are shared. */
  readonly shared: number;
}

function sessionOf({ chains, roots, rows }: Template, ids: Ids): SessionSketch {
  const known = ids.shared + chains.length;
  const idOf = (index: number): number =>
    index < ids.shared ? index : ids.firstChain + index - ids.shared;
  const own: ChainSketch[] = chains.map((chain, at) => rooted(chain, ids.shared + at, idOf));
  const delays = rows.slice(0, roots).map(({ delayNs }) => delayNs);
  const sorted = delays.toSorted((a, b) => a - b);
  const sketched = rows.map((row, at): RowSketch => {
    const { input, output, apart } = row;
    const prefixIn = (tokens: number): number =>
      tokens < ids.blockTokens ? -1 : idOf(row.chain % known);
    const chain = prefixIn(input);
    const from = Math.floor(input / ids.blockTokens);
    if (apart) own.push({ parent: chain < 0 ? null : chain, from });
    const fullChain = apart ? ids.firstChain + own.length - 1 : prefixIn(input + output);
    const turn = { input, output, chain, fullChain };
    const delayNs = sorted[at];
    if (delayNs !== undefined) return { ...turn, delayNs };
    return { ...turn, delayNs: row.delayNs, after: [...new Set(row.after.map((one) => one % at))] };
  });
  return { chains: own, rows: sketched };
}

/** A chain without one before it is a root, and begins at depth 0. */
function rooted(chain: Chain, before: number, idOf: (index: number) => number): ChainSketch {
  if (chain.parent === null || before === 0) return { parent: null, from: 0 };
  return { parent: idOf(chain.parent % before), from: chain.from };
}
