/**
 * The token of a link that leads out: what its holder may do is to be written to less, without logging in. It is made
 * for one delivery, does not expire (mails are kept for years), and cannot be forged or guessed: its last 16 bytes are
 * an HMAC-SHA256 over the others, under a key of the home. What can be read in it is ids, a channel and a topic; of the
 * address it has the keyed hash, so that it works when the person has another address by now, or was erased.
 *
 *   version 1 | channel 1 | customer 16 | delivery 16 | hash of the address 16, or zeros | topic 0–64 | code 16
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { addressHashBytes } from './address-hash.ts';
import { channels, type Channel } from './task-queues.ts';

/** Whom and what a link out is about. */
export interface WayOut {
  customerId: string;
  deliveryId: string;
  channel: Channel;
  /** What the message is about; empty: it declares no topic. */
  topic: string;
  /** Of where the message went; null on channels that have no addresses. */
  addressHash: string | null;
}

const version = 1;
const fixedBytes = 2 + 16 + 16 + addressHashBytes;
const codeBytes = 16;
const longestTopic = 64;

/** Characters of the longest token. */
export const longestToken = Math.ceil(((fixedBytes + longestTopic + codeBytes) * 4) / 3);

/** The token of a way out, in base64url. */
export function wayOutToken(
  { customerId, deliveryId, channel, topic, addressHash }: WayOut,
  secret: string,
): string {
  const bytes = Buffer.alloc(fixedBytes + Buffer.byteLength(topic) + codeBytes);
  bytes[0] = version;
  bytes[1] = channels.indexOf(channel);
  bytes.write(hexOf(customerId), 2, 'hex');
  bytes.write(hexOf(deliveryId), 18, 'hex');
  if (addressHash !== null) bytes.write(addressHash, 34, addressHashBytes, 'base64url');
  bytes.write(topic, fixedBytes);
  const said = bytes.subarray(0, -codeBytes);
  codeOf(said, secret).copy(bytes, said.length);
  return bytes.toString('base64url');
}

/** What a token says; null for what was not made with this secret, whatever is wrong with it. */
export function readWayOut(token: string, secret: string): WayOut | null {
  if (token.length > longestToken || !/^[\w-]+$/.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  // Of several spellings of the same bytes only the one that was made.
  if (bytes.length < fixedBytes + codeBytes || bytes.toString('base64url') !== token) return null;
  const said = bytes.subarray(0, -codeBytes);
  if (!timingSafeEqual(codeOf(said, secret), bytes.subarray(-codeBytes))) return null;
  const channel = channels[said[1]!];
  if (said[0] !== version || channel === undefined) return null;
  const hash = said.subarray(34, fixedBytes);
  return {
    customerId: uuidOf(said.subarray(2, 18)),
    deliveryId: uuidOf(said.subarray(18, 34)),
    channel,
    topic: said.subarray(fixedBytes).toString(),
    addressHash: hash.every((byte) => byte === 0) ? null : hash.toString('base64url'),
  };
}

/** Where a way out is, on a Kairos that is reached at `publicUrl`. */
export function unsubscribeUrl(
  of: WayOut,
  { secret, publicUrl }: { secret: string; publicUrl: string },
): string {
  const place = publicUrl.endsWith('/') ? publicUrl.slice(0, -1) : publicUrl;
  return `${place}/u/${wayOutToken(of, secret)}`;
}

function codeOf(said: Buffer, secret: string): Buffer {
  return createHmac('sha256', `way-out ${secret}`).update(said).digest().subarray(0, codeBytes);
}

const hexOf = (uuid: string) => uuid.replaceAll('-', '');

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
