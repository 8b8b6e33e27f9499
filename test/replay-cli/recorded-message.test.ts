import { describe, expect, test } from 'vitest';
import { recordedMessage } from '../../src/replay/recorded-message.ts';

const timestamp = '2019-10-01T00:00:00.000Z';
const track = { type: 'track', event: 'Product Viewed', anonymousId: 'a', timestamp };

function read(fields: object | string, number = 7) {
  return recordedMessage({ number, text: typeof fields === 'string' ? fields : JSON.stringify(fields) });
}

test('what the person did, with which properties and in which context, is kept', () => {
  const properties = { product_id: '44600062', price: 35.79, nested: { deep: [1, null] } };
  const context = { sessionId: '72d76fde', device: { type: 'mobile' } };
  expect(read({ ...track, userId: 'u', messageId: 'm', properties, context })).toMatchObject({
    line: 7,
    atMs: Date.parse(timestamp),
    messageId: 'm',
    body: { type: 'track', event: 'Product Viewed', anonymousId: 'a', userId: 'u', properties, context },
  });
});

test('without a messageId, the same line has the same id wherever it stands', () => {
  const [first, again, other] = [read(track, 1), read(track, 9), read({ ...track, event: 'Product Added' })];
  expect(first).toMatchObject({ messageId: expect.stringMatching(/^replay-[0-9a-f]{32}$/) as string });
  expect(again).toMatchObject({ messageId: (first as { messageId: string }).messageId });
  expect(other).not.toMatchObject({ messageId: (first as { messageId: string }).messageId });
});

test('null, blanks, numbers as ids and the empty arrays of PHP are read as Kairos reads them', () => {
  expect(
    read({ ...track, userId: 42, anonymousId: null, messageId: ' ', properties: [], context: null }),
  ).toMatchObject({
    body: { userId: '42', anonymousId: undefined, properties: undefined, context: undefined },
  });
});

test('a blank line is none', () => {
  expect(read('  \r')).toBeNull();
});

test('the first line may begin with a byte order mark', () => {
  expect(read(`\uFEFF${JSON.stringify(track)}`)).toMatchObject({ body: { event: track.event } });
});

describe('a line that cannot be posted is told with its number, what came and what was expected', () => {
  const cases: [string, object | string, string][] = [
    ['not JSON', '{"type":"tra', 'Line 7 is not JSON: "{\\"type\\":\\"tra"… One message a line is expected.'],
    [
      'not an object',
      '[]',
      'Line 7 is not a Segment message: an empty array came, an object with a type was expected.',
    ],
    ['an unknown type', { ...track, type: 'buy' }, 'its type is "buy", expected is track, identify, page'],
    ['no name', { ...track, event: null }, 'its event is null'],
    ['properties that are none', { ...track, properties: 'all' }, 'its properties is a string; '],
    ['no time', { ...track, timestamp: undefined }, 'Line 7 says no time'],
    ['an unreadable time', { ...track, timestamp: 'yesterday' }, 'Line 7 says no time'],
    ['too much', { ...track, properties: { text: 'é'.repeat(20_000) } }, 'bytes: a message may have 32256.'],
  ];
  test.each(cases)('%s', (_, fields, sentence) => {
    expect((read(fields) as { fault: string }).fault).toContain(sentence);
  });

  test('too long to be looked at', () => {
    expect(recordedMessage({ number: 3, text: null })).toEqual({
      line: 3,
      fault: 'Line 3 is longer than 262144 bytes: no message is.',
    });
  });

  test('what somebody is called is not told', () => {
    expect((read({ ...track, properties: 'Jane Roe' }) as { fault: string }).fault).not.toContain('Jane');
  });
});
