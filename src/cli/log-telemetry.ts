/** What the controller did, as log lines: static messages, the particulars in fields. */
import type { Logger } from "pino";
import type { Telemetry } from "../ports/telemetry.ts";

export function logTelemetry(logger: Logger): Telemetry {
  return {
    tick: ({ group, decision, actions, durationMs }) => {
      for (const { fleet, outcome, want, heldRacks, reasons } of decision.fleets) {
        const [first] = reasons;
        const glass = reasons.find(({ code }) => code === "break-glass");
        if (glass !== undefined) logger.warn({ fleet, reason: glass.text }, "glass is broken");
        const fields = { fleet, outcome, wanted: want.racks, held: heldRacks, code: first?.code };
        logger.debug({ ...fields, group: group.name, durationMs }, "decided");
      }
      for (const { kind, intent, outcome, detail } of actions) {
        const fields = { action: kind, decision: intent, outcome, detail };
        if (outcome === "applied" || outcome === "unchanged") logger.info(fields, "action");
        else logger.warn(fields, "action not carried out");
      }
    },
    tickFailed: (group, code, message) => logger.error({ group, code, message }, "tick failed"),
    forget: (group) => logger.info({ group }, "group is gone"),
  };
}
