import { expect, test } from 'vitest';
import { People } from '../../src/replay/people.ts';
import { recordedMessage, type RecordedMessage } from '../../src/replay/recorded-message.ts';

const at = '2020-01-01T00:00:00Z';

function message(fields: Record<string, unknown>): RecordedMessage {
  const text = JSON.stringify({ type: 'track', event: 'Product Viewed', timestamp: at, ...fields });
  return recordedMessage({ number: 1, text }) as RecordedMessage;
}

/** Whom each of some messages is the first of, by the id their address is made of. */
function met(people: People, ...messages: Record<string, unknown>[]): (string | null)[] {
  return messages.map((fields) => people.meet(message(fields))?.id ?? null);
}

test('a visitor is met once', () => {
  expect(met(new People(), { anonymousId: 'a' }, { anonymousId: 'a' }, { anonymousId: 'b' })).toEqual([
    'a',
    null,
    'b',
  ]);
});

test('a visitor who shows a user id is met already', () => {
  const messages = [{ anonymousId: 'a' }, { anonymousId: 'a', userId: 'u' }, { userId: 'u' }];
  expect(met(new People(), ...messages)).toEqual(['a', null, null]);
});

test('met with both ids, they are identified with both and by the user id', () => {
  const people = new People();
  expect(people.meet(message({ anonymousId: 'a', userId: 'u' }))).toEqual({
    id: 'u',
    userId: 'u',
    anonymousId: 'a',
  });
  expect(met(people, { anonymousId: 'a' }, { userId: 'u' })).toEqual([null, null]);
});

test('a known user on a new device is not met again, nor is the device', () => {
  const messages = [{ userId: 'u' }, { userId: 'u', anonymousId: 'b' }, { anonymousId: 'b' }];
  expect(met(new People(), ...messages)).toEqual(['u', null, null]);
});

test('on a shared device the second user is somebody else', () => {
  const messages = [
    { anonymousId: 'a', userId: 'u' },
    { anonymousId: 'a', userId: 'v' },
    { anonymousId: 'a' },
  ];
  expect(met(new People(), ...messages)).toEqual(['u', 'v', null]);
});

test('an alias joins a visitor whom it names to the user', () => {
  const alias = { type: 'alias', previousId: 'a', userId: 'u' };
  expect(met(new People(), { anonymousId: 'a' }, alias, { userId: 'u' })).toEqual(['a', null, null]);
});

test('before an alias of people not met, nothing is joined', () => {
  expect(new People().meet(message({ type: 'alias', previousId: 'a', userId: 'u' }))).toEqual({
    id: 'u',
    userId: 'u',
  });
});

test('a group without a person is nobody', () => {
  expect(met(new People(), { type: 'group', groupId: 'g' })).toEqual([null]);
});

test('who was met longest ago is forgotten first, and met again', () => {
  const people = new People(2);
  expect(met(people, { userId: 'u' }, { userId: 'v' }, { userId: 'u' }, { userId: 'w' })).toEqual([
    'u',
    'v',
    null,
    'w',
  ]);
  expect(met(people, { userId: 'u' }, { userId: 'v' })).toEqual([null, 'v']);
});
