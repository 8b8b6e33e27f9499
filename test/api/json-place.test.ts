import { expect, test } from 'vitest';
import { jsonPlace } from '../../api/json-place.ts';

test.each([
  ['{"a":x}', 1, 6, 'a'],
  ['{"batch":[{"type":"track"},{"type":tru}]}', 1, 36, 'batch[1].type'],
  ['', 1, 1, ''],
  ['[1,2,', 1, 6, '[2]'],
  ['[1,]', 1, 4, '[1]'],
  ['{"a":1}}', 1, 8, ''],
  ['{"a" 1}', 1, 6, 'a'],
  ['{,}', 1, 2, ''],
  ['{"a":{"b":1},}', 1, 14, 'a'],
  ['{"a":"x\ny"}', 1, 6, 'a'],
  [' {\n "a": {"b": [1, 01]}}', 2, 18, 'a.b[1]'],
  ['[1 2]', 1, 4, '[0]'],
  ['{"a":]', 1, 6, 'a'],
  ['true false', 1, 6, ''],
  ['"a', 1, 1, ''],
])('%j goes wrong at line %i, column %i', (text, line, column, path) => {
  expect(() => JSON.parse(text) as unknown).toThrow();
  expect(jsonPlace(text)).toEqual({ line, column, path });
});

test('depth and length do not overflow it', () => {
  expect(jsonPlace('['.repeat(500_000))).toEqual({ line: 1, column: 500_001, path: `${'[0]'.repeat(8)}…` });
  expect(jsonPlace(`["${'a\\n'.repeat(300_000)}",x]`).path).toBe('[1]');
});
