import { expect, test } from 'vitest';
import { addressHash, addressHashes, calledAddress, hashOn } from '../../src/domain/address-hash.ts';
import { suppressionReasons, suppressionThatHolds } from '../../src/domain/suppression.ts';

const at = Date.parse('2026-03-01T00:00:00Z');

test.each(suppressionReasons)(
  '%s holds help and offers, and what is owed unless they only unsubscribed',
  (reason) => {
    const found = [{ reason, at, agreedAt: at - 1 }];
    expect(suppressionThatHolds(found, 'help')).toEqual(found[0]);
    expect(suppressionThatHolds(found, 'offer')).toEqual(found[0]);
    const owed = suppressionThatHolds(found, 'transactional');
    expect(owed).toEqual(reason === 'unsubscribed' ? null : found[0]);
  },
);

test('who agrees anew after they unsubscribed is written to again, and no agreement mends what bounced', () => {
  const agreedAt = at + 1;
  expect(suppressionThatHolds([{ reason: 'unsubscribed', at, agreedAt }], 'offer')).toBeNull();
  expect(suppressionThatHolds([{ reason: 'unsubscribed', at, agreedAt: at }], 'offer')).not.toBeNull();
  const both = [
    { reason: 'unsubscribed', at, agreedAt } as const,
    { reason: 'bounced', at: at + 2, agreedAt } as const,
  ];
  expect(suppressionThatHolds(both, 'offer')).toEqual(both[1]);
});

test('an address has one hash however it is written, and another under another key', () => {
  const hash = addressHash('ada@example.test', 'key');
  expect(hash).toMatch(/^[\w-]{22}$/);
  expect(addressHash('Ada@Example.Test', 'key')).toBe(hash);
  expect(addressHash('ada@example.test', 'another')).not.toBe(hash);
  const traits = { email: ' ADA@example.test ', phone: '+1 (415) 555-0123' };
  const hashes = addressHashes(traits, 'key');
  expect(hashes).toEqual({ email: hash, phone: addressHash('+14155550123', 'key') });
  for (const channel of ['sms', 'whatsapp'] as const)
    expect(hashOn(channel, traits, 'key')).toBe(hashes.phone);
  expect(hashOn('push', traits, 'key')).toBeNull();
  expect(addressHashes({ email: 'nonsense', phone: undefined }, 'key')).toEqual({ email: null, phone: null });
});

test('an address is called in lower case, a number in E.164', () => {
  expect(calledAddress('email', ' Ada@Example.test')).toBe('ada@example.test');
  expect(calledAddress('sms', '+49 30 123456')).toBe('+4930123456');
  expect(calledAddress('sms', '030 123456')).toBeNull();
});
