/**
 * The alerts as Grafana's own, in its format of file provisioning. Recording rules stay with
 * Prometheus: Grafana asks for what they record.
 */
import { createHash } from "node:crypto";
import { ALERTS } from "./alerts.mjs";
import { runbookOf } from "./prometheus-rules.mjs";

/** The chart replaces it by `monitoring.grafanaAlerts.datasourceUid`. */
const DATASOURCE_UID = "breakwater-datasource";
/** Grafana's own data source for expressions. */
const EXPRESSIONS_UID = "__expr__";
const LOOKBACK_SECONDS = 600;

export function grafanaRules() {
  const group = { orgId: 1, name: "breakwater", folder: "Breakwater", interval: "1m" };
  return { apiVersion: 1, groups: [{ ...group, rules: ALERTS.map(ruleOf) }] };
}

function ruleOf(alert) {
  const { summary, description, severity } = alert;
  return {
    // Grafana allows 40 characters; the same name has the same one for good.
    uid: createHash("sha256").update(alert.alert).digest("hex").slice(0, 20),
    title: alert.alert,
    condition: "FIRING",
    data: [queryOf(alert), CONDITION],
    for: alert.for,
    // A query that finds nothing is an alert that does not fire; one that fails is told.
    noDataState: "OK",
    execErrState: "Error",
    annotations: {
      summary: inGrafana(summary),
      description: inGrafana(description),
      runbook_url: runbookOf(alert),
    },
    labels: { severity },
  };
}

const queryOf = ({ expr }) => ({
  refId: "QUERY",
  relativeTimeRange: { from: LOOKBACK_SECONDS, to: 0 },
  datasourceUid: DATASOURCE_UID,
  model: { refId: "QUERY", expr, instant: true, range: false },
});

/** Whatever the query finds fires, 0 included: comparisons are made in PromQL. */
const CONDITION = {
  refId: "FIRING",
  relativeTimeRange: { from: LOOKBACK_SECONDS, to: 0 },
  datasourceUid: EXPRESSIONS_UID,
  model: {
    refId: "FIRING",
    type: "math",
    expression: "is_number($QUERY)",
  },
};

/** In Grafana `$value` is a text about all queries; the number is in `$values`. */
const inGrafana = (text) => text.replaceAll("$value", "$values.QUERY.Value");
