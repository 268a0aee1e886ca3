import { describe, expect, it } from "vitest";
import { render, type RenderContext } from "../../../src/core/queries/render.ts";
import { millis } from "../../../src/core/units.ts";

const scope = (extra = "") => ({ kind: "scope", matchers: { ns: "a" }, extra }) as const;

const context = (more: Partial<RenderContext> = {}): RenderContext => ({
  series: {
    one: { names: ["x"], only: "", lacks: [], pods: "all" },
    two: { names: ["new", "old"], only: 'source="here"', lacks: [], pods: "prefilling" },
    bare: { names: ["info"], only: "", lacks: ["ns"], pods: "all" },
  },
  scopes: { all: scope(), prefilling: scope('pod=~"p-.+"'), edge: scope() },
  windowMs: millis(60_500),
  ...more,
});

const promql = (template: string, more: Partial<RenderContext> = {}) => {
  const rendered = render(template, context(more));
  return rendered.kind === "promql" ? rendered.promql : `refused: ${rendered.detail}`;
};

describe("a template", () => {
  it.each([
    ["sum($now(one))", 'sum(x{ns="a"})'],
    ["$rate(one)", 'rate(x{ns="a"}[61s])'],
    ["$deriv(one)", 'deriv(x{ns="a"}[61s])'],
    ["$samples(one)", 'count_over_time(x{ns="a"}[61s])'],
    ["$timestamp(one)", 'timestamp(x{ns="a"})'],
    ["$seen(one)", 'last_over_time(x{ns="a"}[1h])'],
    ["$now(bare)", "info{}"],
    [
      "$now(two)",
      '(new{source="here",ns="a",pod=~"p-.+"} or old{source="here",ns="a",pod=~"p-.+"})',
    ],
  ])("%s becomes %s", (template, text) => {
    expect(promql(template)).toBe(text);
  });

  it.each([
    [2.5, String.raw`"2\\.5"`],
    [0.025, String.raw`"0\\.025"`],
    [1, String.raw`"1(\\.0)?"`],
    [2560, String.raw`"2560(\\.0)?"`],
  ])("selects the bucket at %d s as both versions of Prometheus store it", (bound, le) => {
    const more = { withinSeconds: bound, extraMatchers: { class: "short" } };
    expect(promql("$within(one)", more)).toBe(`rate(x{le=~${le},ns="a",class="short"}[61s])`);
  });

  it("is refused when a series of it cannot be selected", () => {
    const refused = { kind: "refused", detail: "cannot tell" } as const;
    const scopes = { ...context().scopes, prefilling: refused };
    expect(promql("$now(one) + $now(two)", { scopes })).toBe("refused: cannot tell");
    expect(promql("$now(one)", { scopes })).toBe('x{ns="a"}');
  });

  it("reads spellings apart after the others, under the labels that those have", () => {
    const once = { names: ["once"], only: 'by="us"', lacks: ["model"] };
    const older = { names: ["older"], only: "", lacks: [] };
    const source = {
      names: ["x"],
      only: "",
      lacks: [],
      pods: "all",
      apart: [once, older],
    } as const;
    const of = (matchers: Record<string, string>) => ({
      series: { one: source },
      scopes: { ...context().scopes, all: { kind: "scope", matchers, extra: "" } as const },
    });
    expect(promql("$now(one)", of({ ns: "a", model: "m" }))).toBe(
      '(x{ns="a",model="m"} or once{by="us",ns="a"} or older{ns="a",model="m"})',
    );
    // Nothing would be left that tells the fleet's from another's.
    expect(promql("$now(one)", of({ model: "m" }))).toBe('(x{model="m"} or older{model="m"})');
  });

  it("that names no series is a broken table", () => {
    expect(() => render("$now(nothing)", context())).toThrow("the series nothing, which is none");
  });
});
