/**
 * Writes everything that is derived from the sources: CRDs of the chart, pages of options,
 * manifests, dashboards, alert rules. Needs a build (`npm run generate` makes one) and helm. With
 * --check it writes nothing and fails, naming the files, when what is there differs; without helm
 * it then leaves the manifests out, which the cluster tests compare.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { customResourceDefinitions } from "../dist/config/crd.js";
import { metricsPage } from "../dist/adapters/telemetry/metrics-page.js";
import { referencePages } from "../dist/config/reference-page.js";
import { profilePage } from "../dist/studies/profile-page.js";
import { signalPage } from "../dist/studies/signal-page.js";
import { chartPage } from "./chart-page.mjs";
import { cliPage } from "./cli-page.mjs";
import { locateTools } from "./install-tools.mjs";
import { monitoringFiles } from "./monitoring/files.mjs";

const ROOT = join(import.meta.dirname, "..");
const CHART = "charts/breakwater";
const NAMESPACE = "breakwater-system";
const NOTICE = "Written by `npm run generate`; change the sources instead.";

/** Folders in which every file of this ending is ours: one that nobody writes is removed. */
const OWNED = [
  { folder: `${CHART}/templates/crds`, ending: ".yaml" },
  { folder: `${CHART}/monitoring`, ending: ".yaml" },
  { folder: `${CHART}/monitoring`, ending: ".json" },
  { folder: "manifests", ending: ".yaml" },
];

function main() {
  const check = process.argv.includes("--check");
  if (!check) {
    // The manifests are rendered from the chart with the CRDs just written.
    write([...chartFiles(), ...pages()]);
    write([...manifests(helmPath())]);
    for (const path of abandoned([...chartFiles(), ...manifestNames()])) rmSync(join(ROOT, path));
    return;
  }
  const helm = locateTools(["helm"]).helm;
  if (helm.missing) console.error(`manifests are not checked: ${helm.reason}`);
  const files = [...chartFiles(), ...pages(), ...(helm.missing ? [] : manifests(helm.path))];
  const stale = [
    ...files.filter(({ path, text }) => textOf(path) !== text).map(({ path }) => path),
    ...abandoned([...chartFiles(), ...manifestNames()]),
  ];
  for (const path of stale) console.error(`out of date: ${path}; run npm run generate`);
  process.exitCode = stale.length === 0 ? 0 : 1;
}

function write(files) {
  for (const { path, text } of files) {
    if (textOf(path) === text) continue;
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.error(`wrote ${path}`);
  }
}

function textOf(path) {
  return existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : null;
}

function abandoned(files) {
  const written = new Set(files.map(({ path }) => path));
  return OWNED.flatMap(({ folder, ending }) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => `${folder}/${name}`),
  ).filter((path) => !written.has(path));
}

/** Kubernetes reads YAML 1.1, in which a bare Off is false. */
const toYaml = (manifest) => stringify(manifest, { lineWidth: 100, version: "1.1" });

const chartFiles = () => [...chartCrds(), ...monitoringFiles(`${CHART}/monitoring`, NOTICE)];

/** Kept when the release is removed: deleting a CRD deletes every object of its kind. */
function chartCrds() {
  return customResourceDefinitions().map((crd) => {
    const annotations = { "helm.sh/resource-policy": "keep" };
    const text = toYaml({ ...crd, metadata: { ...crd.metadata, annotations } });
    if (text.includes("{{")) throw new Error(`${crd.metadata.name}: helm would read {{ in it`);
    const path = `${CHART}/templates/crds/${crd.spec.names.plural}.yaml`;
    return { path, text: `# ${NOTICE}\n{{- if .Values.crds.install }}\n${text}{{- end }}\n` };
  });
}

const pages = () =>
  [
    ...referencePages(),
    { file: "metrics.md", markdown: metricsPage() },
    { file: "engine-profiles.md", markdown: profilePage() },
    { file: "signal-profiles.md", markdown: signalPage() },
    { file: "command-line.md", markdown: cliPage(NOTICE) },
    { file: "chart-values.md", markdown: chartPage(NOTICE) },
  ].map(({ file, markdown }) => ({ path: `docs/reference/${file}`, text: markdown }));

const manifestNames = () => [
  { path: "manifests/crds.yaml" },
  { path: "manifests/breakwater.yaml" },
];

function manifests(helm) {
  const crds = customResourceDefinitions().map(toYaml).join("---\n");
  const namespace = toYaml({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  const args = ["template", "breakwater", join(ROOT, CHART), "--namespace", NAMESPACE];
  const rendered = execFileSync(helm, args, { encoding: "utf8" });
  return [
    { path: "manifests/crds.yaml", text: `# ${NOTICE}\n${crds}` },
    { path: "manifests/breakwater.yaml", text: `# ${NOTICE}\n---\n${namespace}${rendered}` },
  ];
}

function helmPath() {
  const tool = join(ROOT, "tools", "install-tools.mjs");
  const args = [tool, "--only", "helm", "--print"];
  const stdio = ["ignore", "pipe", "inherit"];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", stdio })).helm;
}

main();
