import { expect, test } from 'vitest';
import { parseReplayOptions } from '../../src/replay/replay-options.ts';

test('a file is all that is needed', () => {
  expect(parseReplayOptions(['shop.ndjson.gz'])).toEqual({
    file: 'shop.ndjson.gz',
    fromMs: null,
    toMs: null,
    speed: 1,
    reachable: null,
    url: null,
    again: false,
    strict: false,
  });
});

test('every option', () => {
  const args = '--from 2015-07-20 --to 2015-08-16T02:00:00+02:00 --speed 0.5 --reachable example.test';
  const more = '--url http://127.0.0.1:4000/ --again --strict shop.ndjson';
  expect(parseReplayOptions(`${args} ${more}`.split(' '))).toEqual({
    file: 'shop.ndjson',
    fromMs: Date.UTC(2015, 6, 20),
    toMs: Date.UTC(2015, 7, 16),
    speed: 0.5,
    reachable: 'example.test',
    url: 'http://127.0.0.1:4000',
    again: true,
    strict: true,
  });
});

test.each([
  ['', 'There is no FILE'],
  ['a b', 'There is one FILE at a time, not also "b"'],
  ['a --from soon', '--from "soon" is not a time: write 2015-07-20 or'],
  ['a --from 2015-07-20 --to 2015-07-20', '--from is not before --to'],
  ['a --speed 0', '--speed "0" is not a number above 0'],
  ['a --reachable nowhere', '--reachable "nowhere" is not a domain'],
  ['a --url localhost:3000', '--url "localhost:3000" is not an address'],
  ['a --fast', "Unknown option '--fast'"],
])('%s: %s', (args, sentence) => {
  expect(() => parseReplayOptions(args.split(' ').filter(Boolean))).toThrow(sentence);
});

test('help is asked for', () => {
  expect(parseReplayOptions(['-h'])).toBe('help');
});
