import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html } from "../../../src/report/page/html.ts";

describe("a value put into HTML", () => {
  it("is text, whatever it says", () => {
    const name = `<img src=x onerror="alert('1')">&`;
    expect(html`<p title="${name}">${name}</p>`.text).toBe(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">' +
        "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>",
    );
  });

  it("never opens a tag or ends an attribute", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(html`${text}`.text).not.toMatch(/[<>"']/);
      }),
    );
  });

  it("stays HTML where it is already", () => {
    const items = ["a", "<b>"].map((text) => html`<li>${text}</li>`);
    expect(html`<ul>${items}</ul>${3}`.text).toBe("<ul><li>a</li><li>&lt;b&gt;</li></ul>3");
  });
});
