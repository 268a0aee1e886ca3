/** A sweep for more than one machine: an Indexed Job, each index of it one part. */
import { stringify } from "yaml";
import type { CompiledScenario } from "../../config/compiled-scenario.ts";
import { UsageError } from "../usage-error.ts";

export interface SweepJob {
  readonly parts: number;
  readonly image: string;
  /** Scenario files by their names in the Job, as they were written. */
  readonly files: ReadonlyMap<string, string>;
  readonly policies: readonly string[];
  readonly seeds?: number;
}

const NAME = "breakwater-sweep";
const FOLDER = "/scenarios";
/** A part holds a core and the state of one run. */
const RESOURCES = { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "2Gi" } };
/** A run that failed twice fails again: it is the same for the same seed. */
const RETRIES = 1;
const NOBODY = 65_532;
/**
 * Large pages for what is allocated outside of the heap, where Linux gives them on request
 * (glibc 2.35 and later; elsewhere nothing changes): large simulated fleets are some 10 % faster,
 * `bench/README.md`.
 */
const LARGE_PAGES = { name: "GLIBC_TUNABLES", value: "glibc.malloc.hugetlb=1" };
/** What Kubernetes holds in one ConfigMap, less room for its own fields. */
const MOST_BYTES = 1_000_000;

/**
 * @returns a ConfigMap with the scenarios and a Job that prints its parts to its logs
 * @throws UsageError for a scenario with a recording, which the Job would not find
 */
export function sweepManifest(job: SweepJob, scenarios: readonly CompiledScenario[]): string {
  const recorded = scenarios.find(({ world }) =>
    world.traffic.some(({ source }) => source.kind !== "generate"),
  );
  if (recorded !== undefined) {
    throw new UsageError(
      `--job: ${recorded.name} reads a recording, which a Job does not have; expected invented ` +
        "traffic. Run the parts yourself where the recording is: --part 0/8 to 7/8",
    );
  }
  const bytes = [...job.files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MOST_BYTES) {
    throw new UsageError(
      `--job: found ${bytes} bytes of scenarios, expected ${MOST_BYTES} at most`,
    );
  }
  return [configMap(job), jobOf(job)].map((object) => stringify(object)).join("---\n");
}

const configMap = ({ files }: SweepJob) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: NAME },
  data: Object.fromEntries(files),
});

const jobOf = (job: SweepJob) => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: NAME },
  spec: {
    completionMode: "Indexed",
    completions: job.parts,
    parallelism: job.parts,
    backoffLimitPerIndex: RETRIES,
    template: {
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: NOBODY,
          runAsGroup: NOBODY,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [containerOf(job)],
        volumes: [{ name: "scenarios", configMap: { name: NAME } }],
      },
    },
  },
});

const containerOf = ({ image, parts, files, policies, seeds }: SweepJob) => ({
  name: "sweep",
  image,
  args: [
    "sweep",
    ...[...files.keys()].map((name) => `${FOLDER}/${name}`),
    "--policies",
    policies.join(","),
    ...(seeds === undefined ? [] : ["--seeds", String(seeds)]),
    "--part",
    `$(PART)/${parts}`,
  ],
  env: [
    LARGE_PAGES,
    {
      name: "PART",
      valueFrom: {
        fieldRef: {
          fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']",
        },
      },
    },
  ],
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
  resources: RESOURCES,
  volumeMounts: [{ name: "scenarios", mountPath: FOLDER, readOnly: true }],
});
