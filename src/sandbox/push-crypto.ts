import { createDecipheriv, createECDH, createHmac, createPublicKey, hkdfSync, verify } from 'node:crypto';

/** A browser's own half of a subscription: its private key, and the secret that it shares with the shop. */
export interface BrowserKeys {
  privateKey: Buffer;
  auth: Buffer;
}

/** The public half, as the browser gives it to the shop. */
export function publicKeyOf({ privateKey }: Pick<BrowserKeys, 'privateKey'>): Buffer {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(privateKey);
  return ecdh.getPublicKey();
}

/**
 * Reads a message as a browser does: `aes128gcm` (RFC 8188) under the keys of RFC 8291, in one record.
 * @throws Error when it was encrypted for somebody else, or is none.
 */
export function decryptPush(body: Buffer, { privateKey, auth }: BrowserKeys): string {
  const salt = body.subarray(0, 16);
  const senderLength = body.readUInt8(20);
  const sender = body.subarray(21, 21 + senderLength);
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(privateKey);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender]);
  const secret = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32));
  const derived = (what: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${what}\0`, bytes));
  const decipher = createDecipheriv('aes-128-gcm', derived('aes128gcm', 16), derived('nonce', 12));
  decipher.setAuthTag(body.subarray(-16));
  const record = Buffer.concat([decipher.update(body.subarray(21 + senderLength, -16)), decipher.final()]);
  // The last record ends with a 2 and as many zeros as its sender liked.
  const end = record.lastIndexOf(2);
  if (end < 0 || record.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('The padding is none.');
  return record.subarray(0, end).toString('utf8');
}

/** What a sender says of itself, signed (RFC 8292): its key, and the claims. Null when it is not so signed. */
export function readVapid(
  authorization: string | undefined,
): { key: Buffer; claims: { aud?: unknown; exp?: unknown; sub?: unknown } } | null {
  const [, token = '', key = ''] =
    /^vapid t=([\w-]+\.[\w-]+\.[\w-]+), *k=([\w-]+)$/i.exec(authorization ?? '') ?? [];
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  if (point.length !== 65) return null;
  const jwk = { kty: 'EC', crv: 'P-256', ...{ x: coordinate(point, 1), y: coordinate(point, 33) } };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) return null;
  return { key: point, claims: JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as object };
}

function coordinate(point: Buffer, from: number): string {
  return point.subarray(from, from + 32).toString('base64url');
}

/** A short sign of a sender's key. */
export function signOfKey(key: Buffer): Buffer {
  return createHmac('sha256', 'sandbox push').update(key).digest().subarray(0, 16);
}
