import { expect } from 'vitest';
import { startTestShop, timeSkippedTest as test } from '../../testing/index.ts';

const workflows = new URL('fixtures/leases.ts', import.meta.url);
const dayMs = 86_400_000;
/** Neither has summer time. */
const [kolkata, bogota] = ['Asia/Kolkata', 'America/Bogota'];

interface HistoryEvent {
  eventType: string;
  eventTime: string;
  userMetadata?: { summary?: { data: string } };
}

/** What a history's timers say, and when each was over: `2026-05-10T12:30Z until 18:00 local`. */
function timersOf(history: string): string[] {
  const { events } = JSON.parse(history) as { events: HistoryEvent[] };
  const of = (type: string) => events.filter(({ eventType }) => eventType === `EVENT_TYPE_TIMER_${type}`);
  const fired = of('FIRED').map(({ eventTime }) => `${eventTime.slice(0, 16)}Z`);
  const words = of('STARTED').map(({ userMetadata }) => userMetadata!.summary!.data);
  return fired.map(
    (at, place) => `${at} ${String(JSON.parse(Buffer.from(words[place]!, 'base64').toString()))}`,
  );
}

/** What a history holds, decoded. */
const inWords = (history: string) =>
  history.replaceAll(/"data": "([^"]+)"/g, (_, data: string) => Buffer.from(data, 'base64').toString());

test('a run on a date waits for local times, goes with the customer, and ends when the date is moved', async () => {
  await using shop = await startTestShop({ workflows });
  const firstMs = shop.now().getTime();
  const day = (days: number) => new Date(firstMs + days * dayMs).toISOString().slice(0, 10);
  await shop.identify('john', { traits: { lease_ends_on: day(9), timezone: kolkata } });
  await shop.identify('jane', { traits: { lease_ends_on: day(10), timezone: kolkata } });
  await shop.pass('5 days');
  expect(await shop.runs('john')).toMatchObject([{ key: day(9), state: 'open' }]);
  expect(await shop.runs('jane')).toMatchObject([{ key: day(10), state: 'open' }]);
  await shop.identify('john', { traits: { lease_ends_on: day(40) } });
  expect(await shop.runs('john')).toMatchObject([{ key: day(9), outcome: 'moved' }]);
  await shop.identify('jane', { traits: { timezone: bogota } });
  await shop.pass('7 days');
  expect(await shop.runs('jane')).toMatchObject([{ key: day(10), outcome: 'over' }]);
  const [history] = await shop.histories('leaseEnds');
  const before = 'until 1 day before the occasion at 08:00 local';
  expect(timersOf(history!)).toEqual([
    `${day(3)}T12:30Z until 18:00 local`,
    // Looked at again: eight in Kolkata is not yet eight in Bogota.
    `${day(9)}T02:30Z ${before}`,
    `${day(9)}T13:00Z ${before}`,
    `${day(10)}T17:00Z until the occasion at 12:00 local`,
    `${day(11)}T17:00Z waiting 1 day`,
  ]);
  expect(inWords(history!)).toContain('leaseEnds');
  expect(inWords(history!), 'zones are for activities').not.toMatch(/Kolkata|Bogota/);
});
