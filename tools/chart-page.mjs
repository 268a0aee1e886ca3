/** The page of the chart's values: each with its default and the comment above it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";

const VALUES = join(import.meta.dirname, "..", "charts", "breakwater", "values.yaml");

/** A comment that describes a value begins so. */
const MARK = "-- ";

/** @returns text of the last described comment above a key; empty where it is of something else */
function descriptionOf(comment) {
  const lines = (comment ?? "").split("\n").map((line) => line.trim());
  const from = lines.findLastIndex((line) => line.startsWith(MARK));
  return from < 0 ? "" : lines.slice(from).join(" ").slice(MARK.length);
}

function rowsOf(map, prefix, comment) {
  return map.items.flatMap(({ key, value }, at) => {
    // The first key's comment hangs on the map that it opens.
    const above = key.commentBefore ?? (at === 0 ? comment : undefined);
    const name = [...prefix, key.value];
    if (isMap(value) && value.items.length > 0) return rowsOf(value, name, value.commentBefore);
    const found = { name: name.join("."), value: value.toJSON(), text: descriptionOf(above) };
    return [found];
  });
}

const cell = (text) => text.replaceAll("|", "\\|");

export function chartPage(notice) {
  const document = parseDocument(readFileSync(VALUES, "utf8"));
  const rows = rowsOf(document.contents, [], document.contents.commentBefore).map(
    ({ name, value, text }) =>
      `| \`${name}\` | \`${cell(JSON.stringify(value))}\` | ${cell(text)} |`,
  );
  return [
    `<!-- ${notice} -->\n`,
    "# Values of the chart\n",
    "How the controller runs. What it does is not set here: policy lives in the objects.\n",
    "| value | default | what it is |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
