/** A connection that cannot change the cluster, whatever is built on it. */
import { PortError } from "../../ports/errors.ts";
import type { HttpRequest, Transport } from "../kubernetes/transport.ts";

/** Reviews are created to be answered; the API server keeps none of them. */
const REVIEW = /^\/apis\/authorization\.k8s\.io\/v1\/(self)?subjectaccessreviews(\?|$)/;

/** @returns whether the request leaves the cluster as it is */
export const isReading = ({ method, path }: Pick<HttpRequest, "method" | "path">): boolean =>
  method === "GET" || (method === "POST" && REVIEW.test(path));

/** @returns a transport whose other requests fail with PortError `forbidden`, unsent */
export const readOnly =
  (transport: Transport): Transport =>
  (request) => {
    if (isReading(request)) return transport(request);
    const text = `${request.method} ${request.path}: this connection only reads`;
    return Promise.reject(new PortError("forbidden", text));
  };
