import type { FastifyReply, FastifyRequest } from "fastify";
import { isLoopbackHostHeader } from "./loopback.ts";

export interface ReviewVerdict {
  readonly allowed: boolean;
  /** Who the token belongs to; "" when it is nobody's. */
  readonly user: string;
  readonly reason: string;
}

/**
 * Asks the cluster who a bearer token belongs to (TokenReview) and whether they may get the path
 * (SubjectAccessReview on the non-resource URL). May raise PortError.
 */
export type Review = (token: string, path: string) => Promise<ReviewVerdict>;

type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

const BEARER = /^Bearer ([\w.~+/-]+=*)$/;

/** @returns the guard of a server that others can reach: a token, reviewed for every request. */
export function reviewGuard(review: Review): Guard {
  return async (request, reply) => {
    const token = BEARER.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) return refuse(reply, 401, NO_TOKEN);
    const path = new URL(request.url, "http://localhost").pathname;
    const { allowed, user, reason } = await review(token, path);
    if (allowed) return undefined;
    if (user === "") return refuse(reply, 401, `The token was not accepted: ${reason}`);
    return refuse(reply, 403, `${user} may not get ${path}: ${reason}`);
  };
}

/** @returns the guard of a loopback server: requests must have been meant for this machine. */
export function loopbackGuard(): Guard {
  return async (request, reply) =>
    isLoopbackHostHeader(request.headers.host) ? undefined : refuse(reply, 421, WRONG_HOST);
}

const NO_TOKEN =
  "No bearer token. Send 'Authorization: Bearer <token>' of a user who may 'get' this path as a " +
  "non-resource URL, or reach the loopback port through 'kubectl port-forward'.";

const WRONG_HOST =
  "The Host header does not name this machine. Open the page as http://localhost:<port>/.";

const refuse = (reply: FastifyReply, status: number, error: string): FastifyReply =>
  reply.code(status).send({ error });
