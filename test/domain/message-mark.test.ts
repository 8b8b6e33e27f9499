import { expect, test } from 'vitest';
import { messageMark } from '../../src/domain/message-mark.ts';

test('a mark is of a source and an id, and the same for ever', () => {
  expect(messageMark(null, 'grace-hopper-1')).toBe('5db5ec2363785c7b381350d63aef903d');
  const marks = [messageMark('', 'ab'), messageMark('a', 'b'), messageMark('b', 'a'), messageMark(null, 'b')];
  expect(new Set(marks).size).toBe(4);
  expect(messageMark('', 'ab')).toBe(messageMark(null, 'ab'));
});
