import { describe, expect, it } from "vitest";
import { PromqlError, tokensOf } from "../../../../src/sim/metrics/promql/lexer.ts";

const texts = (promql: string) => tokensOf(promql).map(({ kind, text }) => [kind, text]);

describe("PromQL text", () => {
  it.each([
    ["rate(vllm:x_total[5m])", "rate ( vllm:x_total [ 5m ] ) the end"],
    ["a # all of it\n+1.5e3", "a + 1.5e3 the end"],
    ['{a=~"b",c!="d"}', "{ a =~ b , c != d } the end"],
    ["1h30m .5 5", "1h30m .5 5 the end"],
    ["a >= 0", "a >= 0 the end"],
  ])("%s", (promql, tokens) => {
    expect(
      tokensOf(promql)
        .map(({ text }) => text)
        .join(" "),
    ).toBe(tokens);
  });

  it.each([
    [String.raw`"a\"b\\c\n"`, 'a"b\\c\n'],
    [String.raw`'it\'s'`, "it's"],
    [String.raw`"A\x41"`, "AA"],
    ["`a\\b`", "a\\b"],
  ])("unquotes %s", (promql, value) => {
    expect(texts(promql)[0]).toEqual(["string", value]);
  });

  it("says where it meets what it does not know", () => {
    expect(() => tokensOf("sum(x) ? 1")).toThrow(PromqlError);
    expect(() => tokensOf("sum(x) ? 1")).toThrow('at character 7: "? 1" begins nothing');
    expect(() => tokensOf('"open')).toThrow("at character 0");
  });
});
