import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { EventPoster } from '../../src/replay/event-poster.ts';
import { askClockSpeed } from '../../src/replay/kairos-health.ts';
import { Poster } from '../../src/replay/poster.ts';
import { Posters } from '../../src/replay/posters.ts';
import { startOver } from '../../src/replay/progress-file.ts';
import { recordedLines } from '../../src/replay/recorded-lines.ts';
import { Replay } from '../../src/replay/replay.ts';
import { testApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { recordingFile, stockChanged, viewed, type RecordingFile } from './recording.ts';

const hour = 3_600;

async function replayOf(file: RecordingFile, url: string) {
  const complaints: string[] = [];
  const clock = createClock(realTime);
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const replay = new Replay({
    lines: recordedLines(file.path, 100_000),
    progress: await startOver(file.path, ''),
    options: { fromMs: null, toMs: null, speed: 1, reachable: 'example.test', strict: false },
    clockSpeed: await askClockSpeed(url),
    clock,
    poster: new Posters({
      messages: new Poster({ url, writeKey: 'write-of-test' }),
      events: new EventPoster({ url, adminKey: 'admin-of-test', clock, sleep }),
    }),
    sleep,
    signal: new AbortController().signal,
    save: async () => {},
    complain: (sentence) => void complaints.push(sentence),
  });
  return { replay, complaints };
}

test('through the real API, events are in their order and as far apart as they were, on its clock', async () => {
  await using database = await testDatabase();
  const scale = { originMs: createClock(realTime).now().getTime() - 1_000, speed: hour };
  await using api = await testApi({ database, clock: createClock(scale) });
  const afterSeconds = [0, 0, 0, 600, 900, 900, 1_800];
  const lines = afterSeconds.map((after, n) =>
    viewed(after, { messageId: `m${n}`, userId: n === 4 ? 'u' : null }),
  );
  await using file = await recordingFile([
    ...lines,
    viewed(1_800, { event: 'x'.repeat(300), messageId: 'long' }),
  ]);
  const { replay, complaints } = await replayOf(file, api.url);
  expect(await replay.run()).toEqual({ how: 'finished' });
  expect(replay.status().tally).toMatchObject({ posted: 9, identified: 1, accepted: 8, rejected: 1 });
  expect(complaints).toEqual([
    expect.stringMatching(/^Line 8 \(track\) was rejected: malformed-message: event/),
  ]);

  const events = await database.sql<{ message_id: string; occurred_at: Date; body: unknown }[]>`
    select message_id, occurred_at, body from events order by seq`;
  expect(events.map((event) => event.message_id).slice(1)).toEqual(lines.map((_, n) => `m${n}`));
  expect(events[0]!.body).toMatchObject({
    traits: { email: 'a@example.test' },
    context: { consent: { channels: { email: true } } },
  });
  const times = events.map((event) => event.occurred_at.getTime());
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  // Half an hour of the recording is half a second here; each tenth of a second on the way is six minutes.
  const spanMinutes = (times.at(-1)! - times[0]!) / 60_000;
  expect(spanMinutes).toBeGreaterThan(15);
  expect(spanMinutes).toBeLessThan(120);
});

test('CloudEvents among the messages go to their own path, and all take their places in the one order', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  await using file = await recordingFile([
    stockChanged(0, { id: 's0', data: { available: 0, previous: null } }),
    stockChanged(0, { id: 's1', subject: 'B' }),
    viewed(0, { messageId: 'm0', userId: 'u' }),
    viewed(0, { messageId: 'm1', userId: 'u' }),
    stockChanged(0.1, { id: 's2' }),
    stockChanged(0.1, { id: 'wrong', data: {} }),
    stockChanged(0.1, { id: 's2' }),
    viewed(0.2, { messageId: 'm2', userId: 'u' }),
  ]);
  const { replay, complaints } = await replayOf(file, api.url);
  expect(await replay.run()).toEqual({ how: 'finished' });
  expect(replay.status().tally).toMatchObject({
    posted: 9,
    identified: 1,
    accepted: 7,
    duplicates: 1,
    rejected: 1,
  });
  expect(complaints).toEqual([
    expect.stringMatching(/^Line 6 \(stock\.changed\) was rejected: malformed-message: data\.available/),
  ]);
  const events = await database.sql<{ message_id: string; kind: string; occurred_at: Date }[]>`
    select message_id, kind, occurred_at from events where kind <> 'identify' order by seq`;
  expect(events.map((event) => event.message_id)).toEqual(['s0', 's1', 'm0', 'm1', 's2', 'm2']);
  const times = events.map((event) => event.occurred_at.getTime());
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(150);
});
