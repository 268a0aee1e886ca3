import { SUBS_PER_NS } from "../../../src/sim/kernel/contract.ts";
import type { EngineModel } from "../../../src/sim/kernel/contract.ts";
import type { KernelCase, SourceCase } from "./kernel-case.ts";

const STEP_NS = 1_000;

const rounded = (timeNs: number): number => Math.round(timeNs / STEP_NS) * STEP_NS;

/**
 * @returns the case with everything at whole microseconds, and iterations of one: what is decided
 * at one instant, by who comes first, is decided all the time
 */
export function tidied(of: KernelCase): KernelCase {
  const { clients, router, decodeEngine, store } = of;
  return {
    ...of,
    engine: engine(of.engine),
    decodeEngine: decodeEngine === null ? null : engine(decodeEngine),
    store: store === null ? null : { ...store, fetchSubs: 0, fetchTokenSubs: 0 },
    router: { ...router, lagNs: rounded(router.lagNs) },
    clients: {
      ...clients,
      timeoutNs: Math.max(STEP_NS, rounded(clients.timeoutNs)),
      retryBackoffNs: rounded(clients.retryBackoffNs),
      abandonAfterNs: Math.max(STEP_NS, rounded(clients.abandonAfterNs)),
    },
    sources: of.sources.map(source),
    deeds: of.deeds.map(({ atNs, deed }) => ({ atNs: rounded(atNs), deed })),
  };
}

const engine = (of: EngineModel): EngineModel => ({
  ...of,
  iterationSubs: STEP_NS * SUBS_PER_NS,
  prefillTokenSubs: 0,
  prefillPairSubs: 0,
  decodeSequenceSubs: 0,
  decodeContextSubs: 0,
  overheadNs: rounded(of.overheadNs),
  transferNs: rounded(of.transferNs),
  transferTokenSubs: 0,
});

function source({ sketch, starts }: SourceCase): SourceCase {
  const sessions = sketch.sessions.map(({ chains, rows }) => ({
    chains,
    rows: rows.map((row) => ({ ...row, delayNs: rounded(row.delayNs) })),
  }));
  return {
    sketch: { ...sketch, sessions },
    starts: starts.map(({ atNs, template }) => ({ atNs: rounded(atNs), template })),
  };
}
