import { generateKeyPairSync, sign } from "node:crypto";

/** One element of DER: tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);
}

/** As short as can be: Go reads no other. */
function lengthOf({ length }: Uint8Array): readonly number[] {
  if (length < 128) return [length];
  return length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
}

const SEQUENCE = 0x30;
const hex = (text: string): Buffer => Buffer.from(text, "hex");
const ECDSA_WITH_SHA256 = der(SEQUENCE, hex("06082a8648ce3d040302"));
const COMMON_NAME = hex("0603550403");
const BASIC_CONSTRAINTS = hex("0603551d13");
const SUBJECT_ALT_NAME = hex("0603551d11");

/**
 * @param commonName authorities of one name cannot be told apart by a server that trusts several
 * @returns PEM of a key and of a certificate that vouches for itself as 127.0.0.1 until 2049
 */
export function selfSigned(commonName = "breakwater test"): {
  readonly key: string;
  readonly cert: string;
} {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const attribute = der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from(commonName)));
  const name = der(SEQUENCE, der(0x31, attribute));
  const utc = (text: string) => der(0x17, Buffer.from(text));
  const authority = der(0x04, der(SEQUENCE, hex("0101ff")));
  const loopback = der(0x04, der(SEQUENCE, der(0x87, Buffer.from([127, 0, 0, 1]))));
  const body = der(
    SEQUENCE,
    der(0xa0, hex("020102")),
    hex("020101"),
    ECDSA_WITH_SHA256,
    name,
    der(SEQUENCE, utc("200101000000Z"), utc("491231235959Z")),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      der(
        SEQUENCE,
        der(SEQUENCE, BASIC_CONSTRAINTS, authority),
        der(SEQUENCE, SUBJECT_ALT_NAME, loopback),
      ),
    ),
  );
  const signature = der(0x03, hex("00"), sign("sha256", body, privateKey));
  const certificate = der(SEQUENCE, body, ECDSA_WITH_SHA256, signature).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
  };
}
