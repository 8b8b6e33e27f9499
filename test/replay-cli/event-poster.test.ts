import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { EventPoster } from '../../src/replay/event-poster.ts';
import { recordedMessage } from '../../src/replay/recorded-message.ts';
import { kairosStandIn, type KairosStandIn } from './kairos-stand-in.ts';
import { stockChanged } from './recording.ts';

const events = ['e1', 'e2'].map((id) => ({ specversion: '1.0', id, type: 'stock.changed', time: '' }));

function setup(kairos: KairosStandIn, patienceSeconds = 60) {
  let nowMs = Date.parse('2026-05-01T09:00:00.000Z');
  const naps: number[] = [];
  const sleep = async (ms: number) => {
    naps.push(ms);
    nowMs += ms;
  };
  const clock = createClock(realTime, () => nowMs);
  return { naps, poster: new EventPoster({ url: kairos.url, adminKey: 'a', clock, sleep, patienceSeconds }) };
}

test('a batch is posted with the admin key until it is taken, after the pause that Kairos asks for', async () => {
  await using kairos = await kairosStandIn();
  const { naps, poster } = setup(kairos);
  const refusals = [{ status: 503, headers: { 'retry-after': '2' } }, { status: 429 }, { status: 500 }];
  kairos.refuse = () => refusals.shift() ?? null;
  expect(await poster.post(events)).toEqual({ taken: true, accepted: 2, duplicates: 0, rejected: [] });
  expect(naps).toEqual([2_000, 500, 1_000]);
  expect(kairos.writeKey).toBe('a');
  expect(kairos.batches.map((batch) => batch.map(({ messageId }) => messageId))).toEqual([['e1', 'e2']]);
  expect(poster.trouble).toBeNull();
});

test('it ends when nothing is taken for as long as it is patient, or when the key is wrong', async () => {
  await using kairos = await kairosStandIn();
  const { naps, poster } = setup(kairos, 30);
  kairos.refuse = () => ({ status: 503 });
  expect(await poster.post(events)).toEqual({
    taken: false,
    sentence: 'Nothing was taken: Kairos answers 503.',
  });
  expect(naps.reduce((sum, ms) => sum + ms)).toBeLessThanOrEqual(30_000);
  kairos.refuse = () => ({ status: 403, body: { code: 'wrong-key', detail: 'This needs the admin key.' } });
  expect(await poster.post(events)).toEqual({
    taken: false,
    sentence: `Kairos answered 403 wrong-key: This needs the admin key. Set KAIROS_ADMIN_KEY to the admin key of ${kairos.url}.`,
  });
  await kairos[Symbol.asyncDispose]();
  expect(await poster.post(events)).toMatchObject({
    sentence: expect.stringContaining('ECONNREFUSED') as string,
  });
});

test('a CloudEvent in a line is read with its time, and what keeps it from being posted is named', () => {
  const read = (fields: Record<string, unknown>) =>
    recordedMessage({ number: 3, text: stockChanged(5, fields) });
  expect(read({ extension: 'kept', time: '2019-10-01T02:00:00+02:00' })).toMatchObject({
    line: 3,
    atMs: Date.parse('2019-10-01T00:00:00Z'),
    event: { id: 's-5', extension: 'kept', data: { available: 1 } },
  });
  const fault = (fields: Record<string, unknown>) => (read(fields) as { fault: string }).fault;
  expect(fault({ time: undefined })).toBe(
    'Line 3 is not a CloudEvent to replay: its time is nothing, a text was expected.',
  );
  expect(fault({ time: '2019-10-01' })).toContain('its time is "2019-10-01", one of RFC 3339 was expected');
  expect(fault({ id: 7 })).toContain('its id is number 7');
  expect(fault({ data: 'x'.repeat(40_000) })).toMatch(/^Line 3 has \d+ bytes: a message may have \d+\.$/);
});
