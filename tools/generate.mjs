/**
 * Writes everything that is derived from the sources: CRDs of the chart, pages of options,
 * manifests. Needs a build (`npm run generate` makes one) and helm.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { customResourceDefinitions } from "../dist/config/crd.js";
import { referencePages } from "../dist/config/reference-page.js";

const ROOT = join(import.meta.dirname, "..");
const CHART = join(ROOT, "charts", "breakwater");
const NAMESPACE = "breakwater-system";
const NOTICE = "Written by `npm run generate`; change the sources instead.";

function main() {
  writeFolder(join(CHART, "templates", "crds"), ".yaml", chartCrds());
  writeFolder(join(ROOT, "docs", "reference"), ".md", pages());
  writeFolder(join(ROOT, "manifests"), ".yaml", manifests());
}

/** Replaces what earlier runs wrote, so that a kind that is gone leaves no file behind. */
function writeFolder(folder, ending, files) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (name.endsWith(ending) && isGenerated(folder, name, files)) rmSync(join(folder, name));
  }
  for (const { name, text } of files) {
    writeFileSync(join(folder, name), text);
    console.error(`wrote ${join(folder, name).slice(ROOT.length + 1)}`);
  }
}

/** The pages of options share their folder with other generators; the other folders are ours. */
function isGenerated(folder, name, files) {
  return !folder.includes("docs") || files.some((file) => file.name === name);
}

const toYaml = (manifest) => stringify(manifest, { lineWidth: 100 });

/** Kept when the release is removed: deleting a CRD deletes every object of its kind. */
function chartCrds() {
  return customResourceDefinitions().map((crd) => {
    const annotations = { "helm.sh/resource-policy": "keep" };
    const text = toYaml({ ...crd, metadata: { ...crd.metadata, annotations } });
    if (text.includes("{{")) throw new Error(`${crd.metadata.name}: helm would read {{ in it`);
    const name = `${crd.spec.names.plural}.yaml`;
    return { name, text: `# ${NOTICE}\n{{- if .Values.crds.install }}\n${text}{{- end }}\n` };
  });
}

const pages = () => referencePages().map(({ file, markdown }) => ({ name: file, text: markdown }));

function manifests() {
  const crds = customResourceDefinitions().map(toYaml).join("---\n");
  const namespace = toYaml({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  const rendered = helmTemplate().replaceAll(/^\s+$/gm, "");
  return [
    { name: "crds.yaml", text: `# ${NOTICE}\n${crds}` },
    { name: "breakwater.yaml", text: `# ${NOTICE}\n---\n${namespace}${rendered}` },
  ];
}

function helmTemplate() {
  const args = ["template", "breakwater", CHART, "--namespace", NAMESPACE];
  return execFileSync(helmPath(), args, { encoding: "utf8" });
}

function helmPath() {
  const tool = join(ROOT, "tools", "install-tools.mjs");
  const args = [tool, "--only", "helm", "--print"];
  const stdio = ["ignore", "pipe", "inherit"];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", stdio })).helm;
}

main();
