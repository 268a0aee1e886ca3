import { stringify } from "yaml";
import { decisionsDashboard } from "./decisions-dashboard.mjs";
import { fleetDashboard } from "./fleet-dashboard.mjs";
import { grafanaRules } from "./grafana-rules.mjs";
import { prometheusRules } from "./prometheus-rules.mjs";
import { racksDashboard } from "./racks-dashboard.mjs";

const DASHBOARDS = {
  "breakwater-fleet": fleetDashboard,
  "breakwater-racks": racksDashboard,
  "breakwater-decisions": decisionsDashboard,
};

/**
 * @param folder of the chart's files
 * @param notice that says who wrote them; JSON has no place for it
 * @returns the files as {path, text}
 */
export function monitoringFiles(folder, notice) {
  const yaml = (value) => `# ${notice}\n${stringify(value, { lineWidth: 0 })}`;
  return [
    { path: `${folder}/prometheus-rules.yaml`, text: yaml(prometheusRules()) },
    { path: `${folder}/grafana-alerts.yaml`, text: yaml(grafanaRules()) },
    ...Object.entries(DASHBOARDS).map(([name, dashboard]) => ({
      path: `${folder}/${name}.json`,
      text: `${JSON.stringify(dashboard(), null, 2)}\n`,
    })),
  ];
}
