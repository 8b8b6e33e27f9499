import { expect, test } from 'vitest';
import { dateIn, dateOf, firstTime, lastTime, type DateStart } from '../../src/define/date-start.ts';
import { event } from '../../src/define/event.ts';
import { staticSummary } from '../../src/define/journey-summary.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { journeyDefinitions, journeyVersions } from '../../workflows/definitions.ts';
import { journey } from '../../workflows/sdk/journey.ts';

const common = { lasts: '10 days', cap: { sends: 1, within: '7 days' }, run: async () => 'done' } as const;
const trialStarted = event<{ ends_at: string; seats: number[] }>('Trial Started');
const starting = (starts: DateStart) => journey({ ...common, starts });
const wordsOf = (starts: DateStart) => staticSummary(journeyDefinitions({ one: starting(starts) })[0]!);

test.each([
  [dateOf('lease_ends_on', { offset: '-7 days', at: '09:00' }), '7 days before lease_ends_on at 09:00 local'],
  [dateOf('birthday', { yearly: true, at: '08:30' }), 'on each birthday at 08:30 local'],
  [
    dateOf('birthday', { yearly: true, offset: '-1 week', at: '08:30' }),
    '1 week before each birthday at 08:30',
  ],
  [
    dateOf(lastTime(orderCompleted), { offset: '365 days', at: '10:00' }),
    '365 days after the last Order Completed at 10:00 local',
  ],
  [
    dateOf(firstTime(orderCompleted), { yearly: true, at: '10:00' }),
    'on each anniversary of the first Order Completed at 10:00 local',
  ],
  [
    dateOf(dateIn(trialStarted, 'ends_at'), { offset: '-3 days', at: '09:00' }),
    '3 days before ends_at of Trial Started at 09:00 local',
  ],
])('%j reads well', (starts, words) => {
  expect(wordsOf(starts)).toContain(`one: starts ${words}`);
});

test('a journey on a date has one run an occasion, and an event by its own name starts it', () => {
  const starts = dateOf('birthday', { yearly: true, at: '09:00' });
  const versions = journeyVersions({
    birthday: starting(starts),
    renewal: starting(starts),
    renewal_v2: starting(starts),
  });
  expect(versions.map(({ starts: { name }, per }) => [name, per])).toEqual([
    ['Date Reached: birthday', 'occasion'],
    ['Date Reached: renewal', 'occasion'],
    ['Date Reached: renewal', 'occasion'],
  ]);
});

const at = '09:00' as const;
const mistakes: [Record<string, unknown>, RegExp][] = [
  [{ starts: dateOf('birthday', { at: '9:00' as never }) }, /one\.starts\.at: "9:00" came; expected a time/],
  [
    { starts: dateOf('birthday', { at, offset: 'a week' as never }) },
    /one\.starts\.offset: "a week" is no offset/,
  ],
  [
    { starts: dateOf('birthday', { at, offset: '-2 years', yearly: true }) },
    /one\.starts\.offset: .* at most a year/,
  ],
  [{ starts: dateOf('', { at }) }, /one\.starts: .* expected the name of a trait, or lastTime/],
  [
    { starts: dateOf(dateIn(trialStarted, '' as never), { at }) },
    /one\.starts: .*dateIn\(event, 'property'\)/,
  ],
  [{ starts: dateOf('birthday', { at }), per: 'order_id' }, /one\.per: "order_id" came; expected none/],
];
test.each(mistakes)('%j is named at start-up', (mistake, sentence) => {
  const one = journey({ ...common, ...mistake } as never);
  expect(() => journeyVersions({ one })).toThrow(sentence);
});
