import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFleetKernel } from "../../../src/sim/kernel/fleet-kernel.ts";
import type { KernelCase } from "../../support/kernel-cases/kernel-case.ts";
import { type CaseTheme, kernelCase } from "../../support/kernel-cases/random-case.ts";
import { type Seen, SideBySide } from "../../support/kernel-cases/side-by-side.ts";
import { createNaiveKernel } from "../../support/naive-kernel/naive-kernel.ts";

/** Cases of each theme; they take a second or two. */
const RUNS = 150;

const played = (of: KernelCase): Seen =>
  new SideBySide(of, { left: createFleetKernel, right: createNaiveKernel }).play(of);

/** What a theme's cases are there for; a theme whose cases never do it proves nothing. */
type Happening = (seen: Seen) => boolean;

const preempts: Happening = ({ preemptions }) => preemptions > 0;
const evicts: Happening = ({ evictedTokens }) => evictedTokens > 0;
const finds: Happening = ({ turns }) => turns.some(({ cachedTokens }) => cachedTokens > 0);
const loads: Happening = ({ turns }) => turns.some((turn) => turn.hostCachedTokens > 0);
const fetches: Happening = ({ storeCachedTokens }) => storeCachedTokens > 0;
const retries: Happening = ({ turns }) => turns.some(({ tries }) => tries > 1);
const abandons: Happening = ({ turns }) => turns.some(({ end }) => end === "abandoned");
const rejects: Happening = ({ turns }) => turns.some(({ end }) => end === "rejected");

/** Sent to an engine that was too small for it. */
const refuses: Happening = ({ turns }) =>
  turns.some(({ end, tries }) => end === "rejected" && tries > 0);

/** Prints the seed and the smallest case that differs. */
function expectTheSame(theme: CaseTheme, happenings: readonly Happening[]): void {
  const seen: Seen[] = [];
  const property = fc.property(kernelCase(theme), (of) => {
    seen.push(played(of));
  });
  fc.assert(property, { numRuns: RUNS });
  for (const happening of happenings) {
    expect([happening, seen.some(happening)]).toEqual([happening, true]);
  }
}

describe("the kernel has the same bits as the naive one", () => {
  it("with engines and caches that are too small", () => {
    expectTheSame({}, [preempts, evicts, finds, rejects]);
  });

  it.each(["round-robin", "least-loaded", "session-sticky", "prefix-affinity"] as const)(
    "with the router %s, replicas that come and go, and its faults",
    (router) => {
      expectTheSame({ router, comings: true, faults: true }, [evicts, finds]);
    },
  );

  it("with clients that time out, try again and abandon", () => {
    expectTheSame({ clients: true }, [retries, abandons, finds]);
  });

  it("with everything at once", () => {
    expectTheSame({ clients: true, comings: true, faults: true }, [retries, abandons, finds]);
  });

  it.each([{}, { host: true }, { streams: true }])(
    "with a router whose guard looks at decayed tokens, and everything at once: %j",
    (theme) => {
      const decayed = { ...theme, decayed: true, comings: true, clients: true, faults: true };
      expectTheSame(decayed, [evicts, finds, retries]);
    },
  );

  it("with answers that evict the prefixes of others while a router looks at them", () => {
    expectTheSame({ streams: true, router: "prefix-affinity" }, [evicts, finds]);
  });

  it("with a host tier behind the cache", () => {
    expectTheSame({ host: true }, [loads, preempts, evicts]);
  });

  it("with a host tier, and everything at once", () => {
    const router = "prefix-affinity";
    expectTheSame({ host: true, router, clients: true, comings: true, faults: true }, [finds]);
  });

  it.each([{}, { host: true }, { split: true }, { streams: true }] as const)(
    "with a store that all replicas share: %j",
    (theme) => {
      const shared = { ...theme, store: true } as const;
      expectTheSame(shared, [fetches, evicts]);
      const all = { clients: true, comings: true, faults: true, settings: true } as const;
      expectTheSame({ ...shared, ...all }, [fetches, retries]);
    },
  );

  it.each([{}, { host: true }, { split: true }, { router: "prefix-affinity" }] as const)(
    "with replicas whose caches are configured in their own way, and everything at once: %j",
    (theme) => {
      const own = { ...theme, settings: true, comings: true } as const;
      expectTheSame(own, [evicts, finds, refuses]);
      expectTheSame({ ...own, clients: true, faults: true }, [finds, refuses]);
    },
  );

  it("with prefill and decode units", () => {
    expectTheSame({ split: true }, [preempts, evicts, finds]);
  });

  it("with prefill and decode units, and everything at once", () => {
    expectTheSame({ split: true, clients: true, comings: true, faults: true }, [retries, finds]);
  });
});
