import { expect, expectTypeOf, test } from 'vitest';
import { personaBecomes, personaChanges, personasInOrder, type NameOf } from '../../src/define/personas.ts';
import { ordered } from '../../src/define/predicate.ts';
import { entering, leaving, segment } from '../../src/define/segment.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { journey } from '../../workflows/sdk/journey.ts';

const buyers = segment('buyers', ordered());
const rules = { lasts: '10 days', cap: { sends: 2, within: '7 days' }, run: async () => 'done' } as const;

test('a journey starts on entering, waits for and ends on leaving', () => {
  const { definition } = journey({
    ...rules,
    starts: entering(buyers),
    ends: { lapsed: leaving(buyers) },
    hears: { changed: personaChanges },
    carries: ['segment', 'to'],
    run: async (run) => ((await run.until('changed', '1 day'))?.carries.to === 'x' ? 'x' : 'other'),
  });
  expect(definition.starts.name).toBe('Segment Entered: buyers');
  expect(definition.ends).toEqual({ lapsed: { name: 'Segment Left: buyers' } });
  expect(definition.hears).toEqual({ changed: { name: 'Persona Changed' } });
});

test('a segment is no event, and an event no segment', () => {
  // @ts-expect-error entering or leaving it?
  journey({ ...rules, starts: buyers });
  // @ts-expect-error entering or leaving it?
  journey({ ...rules, starts: orderCompleted, ends: { loyal: buyers } });
  // @ts-expect-error an event cannot be entered
  expect(() => entering(orderCompleted)).not.toThrow();
  // @ts-expect-error what it carries is the segment, and the personas
  journey({ ...rules, starts: entering(buyers), carries: ['order_id'] });
});

test('a persona is one of the list', () => {
  const list = personasInOrder([buyers], 'stranger');
  expect(list.otherwise).toBe('stranger');
  expectTypeOf<NameOf<typeof list>>().toEqualTypeOf<'buyers' | 'stranger'>();
  expect(personaBecomes('everybody-else').name).toBe('Persona Changed: everybody-else');
  // @ts-expect-error there is no such persona
  personaBecomes('sombody-else');
});
