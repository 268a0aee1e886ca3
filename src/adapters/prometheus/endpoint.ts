/** Where a Prometheus answers and as whom it is asked; and how to keep its secrets out of texts. */
import { readFile } from "node:fs/promises";
import { PortError } from "../../ports/errors.ts";

/**
 * Files are read again at every request, so that rotated ones take effect. A token wins over a
 * user name. All absent: no authentication, the system's certificate authorities.
 */
export interface PrometheusCredentials {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM text of the certificate authorities to trust instead of the system's. */
  readonly caPem?: string;
  readonly caFile?: string;
  /** PEM text of the certificate to show to the server, with its key: mTLS. */
  readonly certPem?: string;
  readonly keyPem?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

export interface PrometheusEndpoint {
  /** Base URL; a path prefix such as `/prometheus` is kept. */
  readonly url: string;
  /** Sent as they are, for example `X-Scope-OrgID`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: PrometheusCredentials;
}

/** Who is trusted and who we are, as PEM text; null: the system's authorities, nobody. */
export interface TlsIdentity {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** One request's worth of an endpoint, with every file read. */
export interface ResolvedEndpoint {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsIdentity;
  /** Origin and path, without user, password or query: fit for messages. */
  readonly shown: string;
  /** Shortens a text and blots out every secret of the endpoint in it. */
  readonly excerpt: (text: string) => string;
}

/** First bytes of an answer that a message quotes: a line of an HTML title or a JSON error. */
const EXCERPT_CHARACTERS = 160;
const REDACTED = "[redacted]";

/**
 * @param path for example `api/v1/query`, put behind the endpoint's own path
 * @throws PortError `invalid` for a URL that is none or a certificate without its key,
 *   `unauthorized` for a file that cannot be read
 */
export async function resolveEndpoint(
  endpoint: PrometheusEndpoint,
  path: string,
): Promise<ResolvedEndpoint> {
  const url = requestUrl(endpoint.url, path);
  const { credentials } = endpoint;
  const token = await textOrFile(credentials.token, credentials.tokenFile, "bearer token");
  const username = credentials.username ?? percentDecoded(url.username);
  const password = credentials.password ?? percentDecoded(url.password);
  url.username = "";
  url.password = "";
  const authorization = authorizationOf(token, username, password);
  const tls = await tlsIdentity(credentials);
  const longHeaders = Object.values(endpoint.headers).filter(mayBeSecret);
  const secrets = [token ?? "", password, tls.key ?? "", ...longHeaders];
  return {
    url,
    headers: headersOf(endpoint.headers, authorization),
    tls,
    shown: `${url.origin}${url.pathname}`,
    excerpt: excerptWithout([...secrets, authorization ?? "", encodedPart(authorization)]),
  };
}

async function tlsIdentity(credentials: PrometheusCredentials): Promise<TlsIdentity> {
  const { caPem, caFile, certPem, certFile, keyPem, keyFile } = credentials;
  const ca = await textOrFile(caPem, caFile, "certificate authority");
  const cert = await textOrFile(certPem, certFile, "client certificate");
  const key = await textOrFile(keyPem, keyFile, "client key");
  if ((cert === null) === (key === null)) return { ca, cert, key };
  const [found, missing] = cert === null ? ["key", "certificate"] : ["certificate", "key"];
  throw new PortError("invalid", `found a client ${found} without its ${missing}, expected both`);
}

function requestUrl(base: string, path: string): URL {
  const url = URL.canParse(base) ? new URL(base) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    // Not quoted: a URL that does not parse may hold a password that cannot be cut out.
    throw new PortError("invalid", "the Prometheus URL is not one; expected http(s)://host[:port]");
  }
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path}`;
  url.hash = "";
  return url;
}

async function textOrFile(
  text: string | undefined,
  file: string | undefined,
  what: string,
): Promise<string | null> {
  if (file === undefined) return text?.trim() ?? null;
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new PortError("unauthorized", `the ${what} file ${file} cannot be read`, cause);
  }
}

function authorizationOf(token: string | null, username: string, password: string): string | null {
  if (token !== null) return `Bearer ${token}`;
  if (username === "") return null;
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

const encodedPart = (authorization: string | null): string =>
  authorization?.startsWith("Basic ") === true ? authorization.slice("Basic ".length) : "";

function headersOf(
  extra: Readonly<Record<string, string>>,
  authorization: string | null,
): Readonly<Record<string, string>> {
  const lowercase = Object.entries(extra).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    ...Object.fromEntries(lowercase),
    ...(authorization === null ? {} : { authorization }),
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
    "user-agent": "breakwater",
  };
}

/** Shorter header values are tenant numbers and flags; blotting them out would garble messages. */
const mayBeSecret = (value: string): boolean => value.length >= 8;

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign: the text stands for itself.
    return text;
  }
}

/** Blots before the cut, longest first, so that no secret leaves remains; echoes may be encoded. */
function excerptWithout(secrets: readonly string[]): (text: string) => string {
  const known = secrets
    .filter((secret) => secret !== "")
    .flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)])
    .sort((a, b) => b.length - a.length);
  return (text) => {
    const clean = known.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
    const line = clean.replaceAll(/\s+/g, " ").trim();
    return line.length > EXCERPT_CHARACTERS ? `${line.slice(0, EXCERPT_CHARACTERS)}…` : line;
  };
}
