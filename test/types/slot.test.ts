import { expect, expectTypeOf, test } from 'vitest';
import { personaNames } from '../../src/define/personas.ts';
import { contentForPersona, slot } from '../../src/define/slot.ts';
import { personas, type PersonaName } from '../../src/personas/index.ts';
import { slots } from '../../src/slots/index.ts';

const otherwise = { headline: 'Hello', action: { url: '/' } };

test('a slot has content for personas that there are, with the fields that it has for all others', () => {
  expectTypeOf<'unhappy'>().toExtend<PersonaName>();
  expectTypeOf<'everybody-else'>().toExtend<PersonaName>();
  expectTypeOf<'vip'>().not.toExtend<PersonaName>();
  const made = slot('hero', {
    byPersona: {
      unhappy: { headline: 'We are here for you', action: { url: '/help' } },
      // @ts-expect-error There is no such persona.
      vip: { headline: 'Hello, you', action: { url: '/vip' } },
    },
    otherwise,
  });
  // @ts-expect-error It has not the fields of the others.
  slot('hero', { byPersona: { unhappy: { headline: 'We are here for you' } }, otherwise });
  // @ts-expect-error There is nothing for all others.
  slot('hero', { byPersona: {} });
  expect(made.staffOnly).toBe(false);
  expect(contentForPersona(made, 'unhappy')).toEqual(made.byPersona.unhappy);
  for (const other of ['lapsed', 'toString', '__proto__'])
    expect(contentForPersona(made, other)).toBe(otherwise);
});

test('the personas are sixteen, and no slot or persona goes by the name of another', () => {
  const names = personaNames(personas);
  expect(names).toHaveLength(16);
  expect(new Set(names).size).toBe(16);
  const slotNames = slots.map(({ name }) => name);
  expect(new Set(slotNames).size).toBe(slotNames.length);
});
