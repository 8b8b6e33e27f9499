import { expect, test } from 'vitest';
import { customerDates } from '../../src/db/queries/customer-dates.ts';
import { dateProgress } from '../../src/db/queries/date-progress.ts';
import { dateOf } from '../../src/define/date-start.ts';
import { journey } from '../../workflows/sdk/journey.ts';
import { datesOver } from '../support/dates.ts';

const common = { lasts: '10 days', cap: { sends: 1, within: '7 days' }, run: async () => 'done' } as const;

test("an operator reads a customer's dates: when each journey starts next, or why it does not", async () => {
  await using it = await datesOver({
    birthday: journey({ ...common, starts: dateOf('birthday', { yearly: true, at: '09:00' }) }),
    leaseEnds: journey({ ...common, starts: dateOf('lease_ends_on', { offset: '-7 days', at: '09:00' }) }),
  });
  const traits = { birthday: '1990-05-20', lease_ends_on: 'next summer', timezone: 'Europe/Berlin' };
  await it.happen({ kind: 'identify', userId: 'u1', traits }, { kind: 'identify', userId: 'u2', traits });
  expect(await dateProgress(it.sql, ['birthday', 'cart'])).toEqual(
    new Map([['birthday', { done: 0, total: 0, reckonedAt: it.clock.now() }]]),
  );
  const [{ id }] = (await it.sql`select id from customers order by id limit 1`) as unknown as [
    { id: string },
  ];
  const zone = 'Europe/Berlin';
  expect(await customerDates(it.sql, id)).toEqual([
    {
      ...{ journey: 'birthday', date: '1990-05-20', zone, occasion: '2026-05-20' },
      ...{ startsAt: new Date('2026-05-20T07:00:00Z'), problem: null },
    },
    {
      ...{ journey: 'leaseEnds', date: null, zone, occasion: null, startsAt: null },
      problem: expect.stringMatching(/^lease_ends_on: expected a date .*, got "next summer"$/) as string,
    },
  ]);
});
