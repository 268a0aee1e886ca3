import { describe, expect, it } from "vitest";
import type { FindingKind } from "../../../src/report/finding.ts";
import { findings, runFindings } from "../../../src/report/findings/find.ts";
import { anOrder, aRun, between, type RunChanges } from "../../support/reports/a-run.ts";

const found = (changes: RunChanges) => runFindings(aRun(changes));
const kinds = (changes: RunChanges): readonly FindingKind[] =>
  found(changes)
    .map(({ kind }) => kind)
    .toSorted();
const sentence = (changes: RunChanges, kind: FindingKind): string =>
  found(changes).find((each) => each.kind === kind)?.sentence ?? "";

/** Of every turn that arrives in those hours, this share misses. */
const missing =
  (share: number, hours: readonly [number, number]): NonNullable<RunChanges["change"]> =>
  ({ met }) =>
    between(met, hours, 600 * (1 - share));

describe("a calm run", () => {
  it("has no findings", () => {
    expect(found({})).toEqual([]);
  });

  it("with a daily cycle, drift and what goes with them has none either", () => {
    const change: RunChanges["change"] = (columns) => {
      for (let at = 0; at < columns.arrived.length; at += 1) {
        const swing = 1 + 0.5 * Math.sin((2 * Math.PI * at) / 1_440);
        for (const name of ["arrived", "met", "forecastP10", "forecastP50", "forecastP90"] as const)
          columns[name][at] = (columns[name][at] ?? 0) * swing;
        const racks = Math.ceil(5 * swing);
        for (const name of ["racksServing", "racksHeld", "racksWanted"] as const)
          columns[name][at] = racks;
        columns.hitRate[at] = (columns.hitRate[at] ?? 0) + 0.02 * swing - (at / 5_760) * 0.03;
      }
    };
    expect(kinds({ change })).toEqual([]);
  });
});

describe("clusters of violations", () => {
  it.each([
    ["one in five missing for half an hour", missing(0.2, [50, 50.5]), 1],
    ["as many as are allowed, for a day", missing(0.05, [40, 64]), 0],
    ["one in ten, for half an hour", missing(0.1, [50, 50.5]), 1],
    ["one minute's hiccup", missing(0.06, [50, 50.02]), 0],
    [
      "two within half an hour are one",
      (columns: Parameters<NonNullable<RunChanges["change"]>>[0]) => {
        missing(0.3, [50, 50.4])(columns);
        missing(0.3, [50.7, 51])(columns);
      },
      1,
    ],
    [
      "two hours apart are two",
      (columns: Parameters<NonNullable<RunChanges["change"]>>[0]) => {
        missing(0.3, [50, 50.5])(columns);
        missing(0.3, [53, 53.5])(columns);
      },
      2,
    ],
  ])("%s", (_what, change, expected) => {
    expect(found({ change }).filter(({ kind }) => kind === "violation-cluster")).toHaveLength(
      expected,
    );
  });

  it("say when, how long, how many and what began them", () => {
    const change: RunChanges["change"] = (columns) => {
      missing(0.2, [50, 51])(columns);
      between(columns.racksServing, [49.9, 51], 3);
    };
    const [cluster] = found({ change });
    expect(cluster).toMatchObject({ kind: "violation-cluster", from: 180_000, to: 183_600 });
    expect(cluster?.cause).toBe("lost racks");
    expect(cluster?.sentence).toContain("from day 3, 02:00 for 60 min");
    expect(cluster?.sentence).toContain(
      "serving racks fell from 5 to 3 at day 3, 01:54, and nobody had given them back",
    );
    expect(cluster?.confidence).toBeGreaterThan(0.999);
  });

  it("do not blame racks that nobody wanted", () => {
    const change: RunChanges["change"] = (columns) => {
      missing(0.2, [50, 51])(columns);
      between(columns.racksServing, [49.9, 51], 3);
      between(columns.racksWanted, [49.9, 51], 3);
      between(columns.racksHeld, [49.9, 51], 3);
    };
    expect(found({ change })[0]?.cause).not.toBe("lost racks");
  });

  it("blame racks that were given back and wanted again, where demand did not grow", () => {
    const given: RunChanges["change"] = (columns) => {
      missing(0.2, [50, 52])(columns);
      for (const column of [columns.racksServing, columns.racksHeld])
        between(column, [49.9, 52], 3);
      between(columns.racksWanted, [49.8, 50.5], 3);
    };
    expect(found({ change: given })[0]?.cause).toBe("racks given back too soon");
    expect(sentence({ change: given }, "violation-cluster")).toContain(
      "serving racks went from 5 to 3 from day 3, 01:54 on, as was wanted, and then more were",
    );
    const grown: RunChanges["change"] = (columns) => {
      given(columns);
      for (const column of [columns.arrived, columns.met])
        between(column, [50, 52], (before) => 2 * before);
    };
    expect(found({ change: grown })[0]?.cause).not.toBe("racks given back too soon");
  });

  it("are seen where they burn slowly, in a run of a few hours too", () => {
    const halfHours = [1, 1, 2, 4, 8, 9, 8, 9, 4, 2, 1, 2];
    const change: RunChanges["change"] = ({ met }) => {
      for (const [half, percent] of halfHours.entries()) {
        for (const five of [0, 1, 2, 3, 4, 5]) {
          const from = half / 2 + five / 12;
          const share = percent / 100 + (five % 2 === 0 ? 0.005 : -0.005);
          between(met, [from, from + 1 / 12], 600 * (1 - share));
        }
      }
    };
    const [cluster] = found({ days: 0.25, change });
    expect(cluster).toMatchObject({ kind: "violation-cluster", from: 7_200, to: 14_400 });
  });

  it("name the scenario's fault where there was one", () => {
    const { result } = aRun();
    const surge = {
      startSeconds: 50 * 3_600,
      cause: "node-loss",
      factor: 1,
      timeToAbsorbSeconds: null,
      outsideSeconds: 0,
      violations: 0,
      extraGpuHours: 0,
    };
    const changes = { change: missing(0.2, [50, 51]), result: { ...result, surges: [surge] } };
    expect(sentence(changes, "violation-cluster")).toContain("node-loss at day 3, 02:00 began it");
  });
});

/** Twice the demand from hour 50 on, as was forecast, with two more racks at the hour given. */
const surge =
  (served: number): NonNullable<RunChanges["change"]> =>
  (columns) => {
    const twice = (before: number): number => 2 * before;
    for (const name of ["arrived", "met", "forecastP10", "forecastP50", "forecastP90"] as const)
      between(columns[name], [50, 56], twice);
    between(columns.met, [50, served], 900);
    between(columns.racksServing, [served, 56], 10);
    between(columns.racksWanted, [50, 56], 10);
    between(columns.racksHeld, [50, 56], 10);
  };

describe("gaps of the lead time", () => {
  it("tell racks that were asked for too late", () => {
    const changes = { change: surge(50.8), orders: [anOrder(50.1, 50.8, 5)] };
    expect(kinds(changes)).toEqual(["asked-late", "violation-cluster"]);
    expect(sentence(changes, "asked-late")).toContain(
      "5 racks served at day 3, 02:48, 48 min after they were needed, though the forecast had",
    );
    expect(sentence(changes, "asked-late")).toContain("asked for 62 min earlier");
  });

  it("tell racks that arrived late, which were asked for in time", () => {
    const changes = { change: surge(52), orders: [anOrder(48.9, 52, 5)] };
    expect(kinds(changes)).toEqual(["arrived-late", "violation-cluster"]);
    expect(sentence(changes, "arrived-late")).toContain(
      "after 3.1 h where 95 % come within 56 min",
    );
  });

  it("leave alone orders that were served in time, or a little late", () => {
    const orders = [anOrder(20, 20.6), anOrder(30, 30.9), anOrder(40, 41)];
    expect(kinds({ orders })).toEqual([]);
  });

  it("count an order that never came, not one that is still in time", () => {
    expect(kinds({ orders: [anOrder(90, null)] })).toEqual(["arrived-late"]);
    expect(kinds({ orders: [anOrder(95.5, null)] })).toEqual([]);
  });

  it("say that the prior is wrong where most orders are late", () => {
    const orders = [10, 20, 30, 40, 50, 60, 70].map((hour) => anOrder(hour, hour + 3));
    expect(kinds({ orders })).toEqual(["arrived-late"]);
    expect(sentence({ orders }, "arrived-late")).toContain("longer than believed: 7 of 7");
  });
});

describe("over-provision", () => {
  const more =
    (racks: number, hours: readonly [number, number]): NonNullable<RunChanges["change"]> =>
    ({ racksHeld, racksServing, racksWanted }) => {
      for (const column of [racksServing, racksHeld, racksWanted])
        between(column, hours, (before) => before + racks);
    };

  it.each([
    ["three racks more for a day", more(3, [40, 64]), ["over-provision"]],
    [
      "three racks more for an hour, no more than a rack's way there and back",
      more(3, [50, 51]),
      [],
    ],
    ["one rack more, which rounding makes", more(1, [40, 64]), []],
  ])("%s", (_what, change, expected) => {
    expect(kinds({ change })).toEqual(expected);
  });

  it("says how many racks and GPU-hours", () => {
    const [finding] = found({ change: more(3, [40, 64]) });
    expect(finding?.numbers["gpuHours"]).toBeCloseTo(3 * 24 * 72, -2);
    expect(finding?.sentence).toContain("for 24 h about 3 racks more than its usual margin");
  });
});

describe("regimes of the hit rate", () => {
  const fall =
    (points: number, hours: readonly [number, number]): NonNullable<RunChanges["change"]> =>
    ({ hitRate }) =>
      between(hitRate, hours, (before) => before - points);

  it.each([
    ["ten points for four hours", fall(0.1, [50, 54]), 1],
    ["for good", fall(0.1, [50, 96]), 1],
    ["one point, a twentieth more cold work", fall(0.01, [50, 54]), 0],
    ["ten minutes", fall(0.1, [50, 50.15]), 0],
  ])("%s", (_what, change, expected) => {
    const regimes = found({ change }).filter(({ kind }) => kind === "hit-rate-regime");
    expect(regimes).toHaveLength(expected);
  });

  it("say from what to what, and what it cost", () => {
    expect(sentence({ change: fall(0.1, [50, 54]) }, "hit-rate-regime")).toMatch(
      /fell from 80(\.\d)? % to 70(\.\d)? % at day 3, 02:00 for 4 h: each turn took 49.3 %/,
    );
  });
});

describe("forecast misses", () => {
  const came =
    (factor: number, hours: readonly [number, number]): NonNullable<RunChanges["change"]> =>
    ({ arrived, met }) => {
      between(arrived, hours, (before) => before * factor);
      between(met, hours, (before) => before * factor);
    };

  it.each([
    ["twice what was forecast for an hour", came(2, [50, 51]), ["forecast-miss"]],
    ["half of it", came(0.5, [50, 51]), ["forecast-miss"]],
    ["a fifth more, within the band's tail", came(1.2, [50, 51]), []],
  ])("%s", (_what, change, expected) => {
    expect(kinds({ change })).toEqual(expected);
  });

  it("are none where there is no forecast", () => {
    const change: RunChanges["change"] = (columns) => {
      came(2, [50, 51])(columns);
      for (const name of ["forecastP10", "forecastP50", "forecastP90"] as const)
        columns[name].fill(null);
    };
    expect(kinds({ change })).toEqual([]);
  });
});

describe("all findings", () => {
  it("have the costliest first and none that is not a number", () => {
    const change: RunChanges["change"] = (columns) => {
      missing(0.1, [30, 30.5])(columns);
      missing(0.6, [60, 66])(columns);
    };
    const all = findings({
      title: "",
      about: "",
      command: "",
      version: "",
      runs: [aRun({ change })],
    });
    expect(all.map(({ from }) => from)).toEqual([60 * 3_600, 30 * 3_600]);
    for (const { cost, numbers } of all)
      for (const value of [cost, ...Object.values(numbers)])
        expect(Number.isFinite(value)).toBe(true);
  });

  it("take in what others found", () => {
    const [other] = found({ change: missing(0.6, [60, 66]) });
    const input = { title: "", about: "", command: "", version: "", runs: [] };
    expect(findings({ ...input, findings: other === undefined ? [] : [other] })).toEqual([other]);
  });
});
