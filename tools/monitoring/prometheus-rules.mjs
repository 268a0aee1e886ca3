import { ALERTS } from "./alerts.mjs";
import { RECORDING } from "./recording.mjs";

/** Stands for where the runbooks are: the chart replaces it by `monitoring.runbookBaseUrl`. */
export const RUNBOOKS = "docs/runbooks";

export const runbookOf = ({ alert }) => `${RUNBOOKS}/${alert}.md`;

/** The rule groups as a Prometheus rule file has them, and the `spec` of a PrometheusRule. */
export function prometheusRules() {
  return {
    groups: [
      { name: "breakwater.recording", rules: RECORDING },
      { name: "breakwater.alerts", rules: ALERTS.map(ruleOf) },
    ],
  };
}

function ruleOf(alert) {
  const { summary, description, severity } = alert;
  return {
    alert: alert.alert,
    expr: alert.expr,
    for: alert.for,
    labels: { severity },
    annotations: { summary, description, runbook_url: runbookOf(alert) },
  };
}
