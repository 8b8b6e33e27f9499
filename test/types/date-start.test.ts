import { expect, expectTypeOf, test } from 'vitest';
import { dateIn, dateOf, lastTime } from '../../src/define/date-start.ts';
import { event } from '../../src/define/event.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { journey } from '../../workflows/sdk/journey.ts';

const cap = { sends: 2, within: '7 days' } as const;
const lasts = '10 days';
const trialStarted = event<{ ends_at: string; seats: number[] }>('Trial Started');

test('a start on a date is spelt as it is meant', () => {
  const starts = dateOf(dateIn(trialStarted, 'ends_at'), { offset: '-3 days', at: '09:00' });
  expect(starts).toMatchObject({
    source: { kind: 'property', event: 'Trial Started', property: 'ends_at' },
    rule: { yearly: false, offset: '-3 days', at: '09:00' },
  });
  dateOf(lastTime(orderCompleted), { offset: '1 year', at: '23:59' });
  // @ts-expect-error at what time is not said
  dateOf('birthday', { yearly: true });
  // @ts-expect-error not a time of the day
  dateOf('birthday', { at: '9:00' });
  // @ts-expect-error an hour that there is not
  dateOf('birthday', { at: '24:00' });
  // @ts-expect-error hours are no unit of the calendar
  dateOf('birthday', { at: '09:00', offset: '-7 hours' });
  // @ts-expect-error half a day
  dateOf('birthday', { at: '09:00', offset: '-1.5 days' });
  // @ts-expect-error a year of which there is none
  dateOf('birthday', { at: '09:00', yearly: 'always' });
  // @ts-expect-error no property of the event
  dateIn(trialStarted, 'ended_at');
  // @ts-expect-error a list is no date
  dateIn(trialStarted, 'seats');
  // @ts-expect-error neither a trait's name nor what the customer did
  dateOf(orderCompleted, { at: '09:00' });
});

test('only what starts on a date waits for its occasion, and carries nothing but that', () => {
  const starts = dateOf('lease_ends_on', { offset: '-7 days', at: '09:00' });
  const made = journey({
    ...{ starts, cap, lasts },
    carries: ['occasion'],
    async run(run) {
      expectTypeOf(run.carries.occasion).toEqualTypeOf<string | number | boolean | undefined>();
      await run.waitForOccasion({ at: '09:00', offset: '-1 day' });
      await run.waitUntil({ at: '18:00' });
      // @ts-expect-error not a time of the day
      await run.waitUntil({ at: 'noon' });
      // @ts-expect-error at what time is not said
      await run.waitForOccasion({});
      return 'done';
    },
  });
  expect(made.definition).toMatchObject({ per: 'occasion', carries: ['occasion'] });
  // @ts-expect-error no other key
  journey({ starts, cap, lasts, per: 'order_id', run: async () => 'done' });
  // @ts-expect-error the date itself is not carried
  journey({ starts, cap, lasts, carries: ['lease_ends_on'], run: async () => 'done' });
  journey({
    ...{ starts: productAdded, cap, lasts },
    async run(run) {
      await run.waitUntil({ at: '09:00' });
      // @ts-expect-error it starts on no date
      void run.waitForOccasion;
      return 'done';
    },
  });
  // @ts-expect-error Kairos gives this outcome itself
  journey({ starts, cap, lasts, ends: { moved: orderCompleted }, run: async () => 'done' });
});
