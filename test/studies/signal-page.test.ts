import { describe, expect, it } from "vitest";
import { EDGE_TABLES, SIGNAL_TABLES } from "../../src/core/profiles/signal-tables.ts";
import { SIGNAL_UNITS } from "../../src/core/signals/names.ts";
import { signalPage } from "../../src/studies/signal-page.ts";

const sections = new Map(
  signalPage()
    .split("\n## ")
    .map((text) => [text.split("\n")[0], text] as const),
);

describe("the page of the signal profiles", () => {
  it.each(Object.values(SIGNAL_TABLES))(
    "shows every signal of $engine, and its limits",
    (table) => {
      const section = sections.get(`Profile \`${table.engine}\``) ?? "";
      for (const name of Object.keys(SIGNAL_UNITS)) expect(section).toContain(`| ${name} |`);
      for (const text of table.cannotShow) expect(section).toContain(`- ${text}`);
      expect(section).toContain(`TTFT: ${table.bucketsSeconds.TTFT.join(", ")}.`);
    },
  );

  it("names the series of a signal, and says of one that there is none", () => {
    const section = sections.get("Profile `trtllm`");
    expect(section).toContain("| kvUsage | ratio | `trtllm_kv_cache_utilization` |");
    expect(section).toContain("| preemptions | 1/s | not exported |");
  });

  it.each(Object.values(EDGE_TABLES))("shows what $edge counts", ({ edge, cannotShow }) => {
    const section = sections.get(`Edge \`${edge}\``) ?? "";
    expect(section).toContain("| arrivals | `");
    for (const text of cannotShow) expect(section).toContain(`- ${text}`);
  });
});
