/** What is known of each way to size a pool, before any object was read. */
import type { BackendKind, BackendPreset } from "../compiled.ts";

/** What an adapter was proven against, the strongest first. */
export type BackendProof = "RealController" | "VendorCrd" | "Documentation";

export interface BackendTraits {
  readonly proof: BackendProof;
  /** Whether nodes can be marked to go first; else the rack is emptied and checked afterwards. */
  readonly marksVictims: boolean;
}

/**
 * VendorCrd: reads and writes were tested on the vendor's own CRD, served by a real API server, but
 * not with the vendor's controller behind it. Documentation: on a CRD written after its pages.
 */
export const BACKEND_TRAITS: Readonly<Record<BackendKind, BackendTraits>> = {
  // A MachineDeployment, and the MachineSets behind it; a MachinePool on its definition alone.
  "cluster-api": { proof: "RealController", marksVictims: true },
  coreweave: { proof: "Documentation", marksVictims: false },
  field: { proof: "Documentation", marksVictims: false },
  karpenter: { proof: "RealController", marksVictims: false },
  // Nothing but a person acts on it.
  manual: { proof: "RealController", marksVictims: false },
  "object-set": { proof: "Documentation", marksVictims: false },
  // On Cluster API's own MachineDeployment; whose controller acts on it, nobody knows beforehand.
  scale: { proof: "VendorCrd", marksVictims: false },
  simulated: { proof: "RealController", marksVictims: false },
};

/** Where a preset differs from its kind. */
const PRESET_TRAITS: Readonly<Partial<Record<BackendPreset, BackendTraits>>> = {
  openshift: { proof: "Documentation", marksVictims: true },
  // Its machine-controller-manager; no machine controller of a cloud.
  gardener: { proof: "RealController", marksVictims: true },
};

export const backendTraits = (kind: BackendKind, preset: BackendPreset | null): BackendTraits =>
  (preset === null ? undefined : PRESET_TRAITS[preset]) ?? BACKEND_TRAITS[kind];
