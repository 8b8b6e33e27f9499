import { expect, test } from 'vitest';
import { cutText } from '../../src/domain/cut-text.ts';

test('a text is cut at its length, before a character that would be halved', () => {
  expect(cutText('abc', 3)).toBe('abc');
  expect(cutText('abcd', 3)).toBe('abc');
  expect(cutText('ab😀', 3)).toBe('ab');
  expect(cutText('ab😀', 4)).toBe('ab😀');
});
