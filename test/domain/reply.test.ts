import { expect, test } from 'vitest';
import { asksForHelp, isAutomatic, newText } from '../../src/domain/reply.ts';

test.each([
  ['Please stop', 'Please stop'],
  ['Stop\r\n\r\n> Unsubscribe here: https://shop.example/u', 'Stop'],
  ['Thanks!\n\nOn Mon, 2 Mar 2026 at 10:00, The shop <hello@shop.example> wrote:\n> Hello', 'Thanks!'],
  ['Danke\n\nAm Mo., 2. März 2026 um 10:00 Uhr schrieb\nDer Laden <hallo@laden.example>:\n\nHallo', 'Danke'],
  ['Yes\n-- \nAda Lovelace', 'Yes'],
  ['No\n-----Original Message-----\nunsubscribe', 'No'],
  ['See\n\n________________________________\nFrom: The shop <hello@shop.example>', 'See'],
  ['On Monday I wrote:\nthat it came', 'On Monday I wrote:\nthat it came'],
  ['> only what was there', ''],
])('of %j the new text is %j', (text, expected) => {
  expect(newText(text)).toBe(expected);
});

test.each([
  ['Where is my order?', true],
  ['HELP', true],
  ["it doesn't work", true],
  ['the lamp is BROKEN', true],
  ['never arrived', true],
  ['you sent the wrong size', true],
  ['Wrong number', false],
  ['thanks, lovely', false],
  ['stop', false],
  ['helpful people', false],
])('%j asks for help: %s', (text, expected) => {
  expect(asksForHelp(text)).toBe(expected);
});

test.each([
  ['Subject: Re: Hello\nMessage-ID: <1@x>', false],
  ['Auto-Submitted: auto-replied', true],
  ['Auto-Submitted: no', false],
  ['From: x\nPrecedence: bulk', true],
  ['X-Autoreply: yes', true],
  ['Subject: Auto-Submitted: yes', false],
])('%j was written by a machine: %s', (headers, expected) => {
  expect(isAutomatic(headers)).toBe(expected);
});
