import { expect, test } from 'vitest';
import { addressOf } from '../../src/domain/address.ts';

test.each([
  ['ada@example.test', 'ada@example.test'],
  [' ada+cart@shop.example ', 'ada+cart@shop.example'],
  ['520088904@example.test', '520088904@example.test'],
  ["o'hara&sons@example.test", "o'hara&sons@example.test"],
  ['ada@example', null],
  ['ada', null],
  ['ada@example.test\r\nBcc: all@example.test', null],
  [`${'a'.repeat(250)}@example.test`, null],
  [42, null],
  ['', null],
  [undefined, null],
])('e-mail %j', (email, to) => {
  const address = addressOf('email', { email });
  expect('to' in address ? address.to : null).toBe(to);
});

test.each([
  ['+14155550123', '+14155550123'],
  ['+49 30 901820', '+4930901820'],
  ['+1 (415) 555-0123', '+14155550123'],
  ['4155550123', null],
  ['+1415', null],
  [14155550123, null],
  [undefined, null],
])('phone %j', (phone, to) => {
  const address = addressOf('sms', { phone });
  expect('to' in address ? address.to : null).toBe(to);
});

test('says why, without repeating what it refused', () => {
  expect(addressOf('email', {})).toEqual({ fault: 'the customer has no trait email' });
  expect(addressOf('email', { email: 'secret' })).toEqual({
    fault: 'the trait email is not an e-mail address',
  });
  expect(JSON.stringify(addressOf('sms', { phone: '0171 123' }))).not.toContain('0171');
});
