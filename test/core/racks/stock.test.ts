import { describe, expect, it } from "vitest";
import { classifyStock } from "../../../src/core/racks/stock.ts";
import type { StockProblem } from "../../../src/core/racks/stock.ts";

/** Messages as providers write them, by what they mean. */
const MESSAGES: Readonly<Record<StockProblem, readonly string[]>> = {
  stockout: [
    "ZONE_RESOURCE_POOL_EXHAUSTED",
    "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS",
    "RESOURCE_POOL_EXHAUSTED: a4x-highgpu-4g in us-central1-a",
    "INSUFFICIENT_CAPACITY",
    "InsufficientCapacityError: all requested instance types were unavailable",
    "InsufficientInstanceCapacity: We currently do not have sufficient p6e-gb200.36xlarge capacity",
    "placeholder-cannot-be-fulfilled",
    "CWInsufficientCapacity",
    "The zone does not have enough resources available to fulfill the request",
    "AllocationFailed: we do not have sufficient capacity for the requested VM size",
    "OverconstrainedZonalAllocationRequest",
    "Out of host capacity.",
    "GCE stockout",
    "[GCE_STOCKOUT]: Instance creation failed: The zone does not have enough resources available",
    "ResourceExhausted Cloud provider message - the cloud has no such machine at the moment",
    "InsufficientResources: no host matches the machine's flavor",
  ],
  quota: [
    "QUOTA_EXCEEDED",
    "Insufficient quota to satisfy the request: resource NVIDIA_GB200_GPUS",
    "CWOverQuota",
    "VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit",
    "QuotaExceeded: Operation could not be completed as it results in exceeding approved quota",
    "LimitExceeded",
    "MaxSpotInstanceCountExceeded: Max spot instance count exceeded",
    "ResourceExhausted Cloud provider message - VcpuLimitExceeded: 0 of 144 vCPUs left",
    'machines.cluster.x-k8s.io "gb200-7" is forbidden: exceeded quota: machines, limited: 18',
  ],
  reservation: [
    "RESERVATION_NOT_READY",
    "RESERVATION_NOT_FOUND",
    "RESERVATION_CAPACITY_EXCEEDED",
    "RESERVATION_INCOMPATIBLE",
    "INVALID_RESERVATION",
    "ReservationCapacityExceeded: The requested reservation does not have sufficient capacity",
    "The Capacity Block cr-0123 is not active yet",
  ],
  permission: [
    "PERMISSION_DENIED",
    "PERMISSIONS_ERROR",
    "AccessDeniedException: User is not authorized to perform eks:UpdateNodegroupConfig",
    "UnauthorizedOperation",
    "googleapi: Error 403: Required 'container.clusters.update' permission, forbidden",
    "AuthorizationFailed: the client does not have authorization to perform action",
  ],
  other: [
    "Update call failed: error applying desired state",
    "could not resolve reference",
    "NodeCreationFailure: Instances failed to join",
    "IP_SPACE_EXHAUSTED",
    "Failed Internal Cloud provider message - user data is no YAML",
  ],
};

const ROWS = Object.entries(MESSAGES).flatMap(([problem, texts]) =>
  texts.map((text) => [text, problem] as const),
);

describe("what a provider's message says of its stock", () => {
  it.each(ROWS)("%s: %s", (text, problem) => {
    expect(classifyStock(text)).toBe(problem);
  });

  it.each(["", "UpToDate", "The resource is up to date", "Succeeded", "ACTIVE", "RUNNING"])(
    "%j: nothing",
    (text) => {
      expect(classifyStock(text)).toBeNull();
    },
  );
});
