import type { Command } from "commander";
import { connect, type KubeConnection } from "../../adapters/kubernetes/connection.ts";
import { PortError } from "../../ports/errors.ts";
import { counted } from "../../studies/doctor/finding.ts";
import { examineCluster } from "../doctor-cluster.ts";
import { decodeDoctorFlags, type DoctorFlags, withDoctorFlags } from "../doctor-flags.ts";
import { examinationText } from "../doctor-text.ts";
import { formatOption } from "../format-flag.ts";
import { CommandFailed, UsageError } from "../usage-error.ts";

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("Check a cluster before the first day: reads only, says what to fix and how.")
    .addOption(formatOption())
    .addHelpText(
      "after",
      "\nExamples:\n  breakwater doctor --kubeconfig ~/.kube/config \\\n" +
        "    --namespace breakwater-system --service-account breakwater-system/breakwater \\\n" +
        "    --prometheus-url http://127.0.0.1:9090\n" +
        "  kubectl exec -n breakwater-system deploy/breakwater -- node dist/cli/main.js doctor\n",
    );
  withDoctorFlags(command).action((raw: Record<string, string>) => doctor(decodeDoctorFlags(raw)));
}

/** Of a pipe or a file. */
const DEFAULT_COLUMNS = 100;

async function doctor(flags: DoctorFlags): Promise<void> {
  const connection = connected(flags.kubeconfig);
  if (process.stderr.isTTY) console.error(`Reading ${connection.server} ...`);
  try {
    const examination = await examineCluster(flags, connection);
    const columns = process.stdout.columns ?? DEFAULT_COLUMNS;
    const json = flags.format === "json";
    const text = json
      ? JSON.stringify(examination, null, 2)
      : examinationText(examination, columns);
    console.log(text);
    const { blocker } = examination.counts;
    if (blocker > 0) throw new CommandFailed(`the cluster has ${counted(blocker, "blocker")}`);
  } finally {
    await connection.close();
  }
}

function connected(kubeconfig: string | null): KubeConnection {
  try {
    return connect(kubeconfig);
  } catch (error) {
    if (error instanceof PortError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
