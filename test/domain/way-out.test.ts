import { expect, test } from 'vitest';
import { addressHash } from '../../src/domain/address-hash.ts';
import { channels } from '../../src/domain/task-queues.ts';
import {
  longestToken,
  readWayOut,
  unsubscribeUrl,
  wayOutToken,
  type WayOut,
} from '../../src/domain/way-out.ts';

const secret = 'secret';
const way: WayOut = {
  customerId: '019ae3a0-7f2b-7c3d-8e4f-0123456789ab',
  deliveryId: '019ae3a0-7f2b-7c3d-8e4f-ba9876543210',
  channel: 'email',
  topic: 'new-arrivals',
  addressHash: addressHash('ada@example.test', secret),
};

test.each(channels)('a token says what it was made of: %s', (channel) => {
  for (const topic of ['', 'new-arrivals', 'x'.repeat(64)]) {
    for (const hash of [way.addressHash, null]) {
      const made = { ...way, channel, topic, addressHash: hash };
      const token = wayOutToken(made, secret);
      expect(token).toMatch(/^[\w-]+$/);
      expect(token.length).toBeLessThanOrEqual(longestToken);
      expect(readWayOut(token, secret)).toEqual(made);
    }
  }
});

test('changed in any bit, cut, lengthened, spelt otherwise or made with another key, it is none', () => {
  const token = wayOutToken(way, secret);
  const bytes = Buffer.from(token, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(readWayOut(changed.toString('base64url'), secret)).toBeNull();
  }
  expect(readWayOut(token, 'another')).toBeNull();
  for (const wrong of [
    '',
    'x',
    token.slice(0, -1),
    `${token}A`,
    `${token}=`,
    ` ${token}`,
    'A'.repeat(5_000),
  ]) {
    expect(readWayOut(wrong, secret)).toBeNull();
  }
});

test('holds nothing of a person but ids and keyed hashes, and stands under /u of where Kairos is', () => {
  const url = unsubscribeUrl(way, { secret, publicUrl: 'https://kairos.example/' });
  expect(url).toBe(`https://kairos.example/u/${wayOutToken(way, secret)}`);
  expect(Buffer.from(wayOutToken(way, secret), 'base64url').toString('latin1')).not.toMatch(/ada|example/);
});
