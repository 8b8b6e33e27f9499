import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { EventPoster } from '../../src/replay/event-poster.ts';
import { Poster } from '../../src/replay/poster.ts';
import { Posters } from '../../src/replay/posters.ts';
import { startOver, type Progress } from '../../src/replay/progress-file.ts';
import { recordedLines } from '../../src/replay/recorded-lines.ts';
import { Replay, type ReplayParts } from '../../src/replay/replay.ts';
import { kairosStandIn, type KairosStandIn, type Posted } from './kairos-stand-in.ts';
import { recordedStart, recordingFile, viewed } from './recording.ts';

const startMs = Date.parse('2026-05-01T09:00:00.000Z');

/** A replay of these lines over real HTTP, on a clock that jumps to wherever the replay sleeps. */
async function setup(kairos: KairosStandIn, lines: string[], given: Partial<ReplayParts['options']> = {}) {
  const file = await recordingFile(lines);
  const controller = new AbortController();
  const state = { nowMs: startMs, naps: [] as number[], complaints: [] as string[] };
  const clock = createClock(realTime, () => state.nowMs);
  const sleep = async (ms: number) => {
    state.naps.push(ms);
    state.nowMs += ms;
  };
  let kept: Progress = await startOver(file.path, '');
  const play = (more: Partial<ReplayParts> = {}) => {
    const replay = new Replay({
      lines: recordedLines(file.path, 100_000),
      progress: kept,
      options: { fromMs: null, toMs: null, speed: 1, reachable: null, strict: false, ...given },
      clockSpeed: 1,
      clock,
      poster: new Posters({
        messages: new Poster({ url: kairos.url, writeKey: 'k' }),
        events: new EventPoster({ url: kairos.url, adminKey: 'a', clock, sleep }),
      }),
      sleep,
      signal: controller.signal,
      save: async (progress) => void (kept = progress),
      complain: (sentence) => void state.complaints.push(sentence),
      ...more,
    });
    return replay;
  };
  return {
    file,
    state,
    controller,
    play,
    kept: () => kept,
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** What arrived, as seconds after the start of the replay. */
function arrivedAt(kairos: KairosStandIn): number[] {
  return kairos.batches.flat().map(({ timestamp }) => (Date.parse(timestamp) - startMs) / 1_000);
}

function names(messages: Posted[]): string[] {
  return messages.map(({ messageId }) => messageId);
}

describe('rhythm', () => {
  test('each message comes when as much time has passed as in the recording, and is of that moment', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, [viewed(0), viewed(10), viewed(11.5), viewed(40)]);
    expect(await replayed.play().run()).toEqual({ how: 'finished' });
    expect(replayed.state.naps).toEqual([10_000, 1_500, 28_500]);
    expect(arrivedAt(kairos)).toEqual([0, 10, 11.5, 40]);
  });

  test('the speed is the clock of Kairos times that of the replay', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, [viewed(0), viewed(7_200)], { speed: 2 });
    await replayed.play({ clockSpeed: 3_600 }).run();
    expect(arrivedAt(kairos)).toEqual([0, 1]);
  });

  test('a long silence is slept in parts, so that a clock that was set is noticed', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, [viewed(0), viewed(150)]);
    await replayed.play().run();
    expect(replayed.state.naps).toEqual([60_000, 60_000, 30_000]);
  });

  test('what happened at one moment goes out together and stays in order', async () => {
    await using kairos = await kairosStandIn();
    const lines = ['x', 'y', 'z'].map((messageId) => viewed(5, { messageId }));
    await using replayed = await setup(kairos, [viewed(0, { messageId: 'w' }), ...lines]);
    await replayed.play().run();
    expect(kairos.batches.map(names)).toEqual([['w'], ['x', 'y', 'z']]);
    expect(arrivedAt(kairos)).toEqual([0, 4.998, 4.999, 5]);
  });

  test('many at once are posted a hundred at a time, one after the other', async () => {
    await using kairos = await kairosStandIn();
    const lines = Array.from({ length: 450 }, (_, n) => viewed(n / 1_000, { messageId: `m${n}` }));
    await using replayed = await setup(kairos, lines, { speed: 1_000_000 });
    await replayed.play().run();
    expect(names(kairos.batches.flat())).toEqual(lines.map((_, n) => `m${n}`));
    expect(kairos.atOnce).toBe(1);
    expect(Math.max(...kairos.batches.map((batch) => batch.length))).toBeLessThanOrEqual(100);
  });

  test('large ones are posted in batches that Kairos takes', async () => {
    await using kairos = await kairosStandIn();
    let most = 0;
    kairos.refuse = (batch) => {
      most = Math.max(most, JSON.stringify({ batch }).length);
      return null;
    };
    const lines = Array.from({ length: 40 }, () => viewed(0, { properties: { text: 'x'.repeat(30_000) } }));
    await using replayed = await setup(
      kairos,
      lines.map((line, n) => line.replace('"a"', `"a${n}"`)),
    );
    await replayed.play().run();
    expect(kairos.batches.flat()).toHaveLength(40);
    expect(most).toBeLessThan(500 * 1_024 - 200);
  });

  test('after a delay what is overdue happens at once, the rest when it is due, and it says how late it was', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, [viewed(0), viewed(1), viewed(2), viewed(3), viewed(20)]);
    let requests = 0;
    kairos.refuse = () => {
      if (++requests === 2) replayed.state.nowMs += 9_000;
      return null;
    };
    const replay = replayed.play();
    await replay.run();
    expect(arrivedAt(kairos)).toEqual([0, 1, 10, 10, 20]);
    expect(replay.mostLateMs).toBe(8_000);
  });

  test('what was recorded out of order comes in the order of the file', async () => {
    await using kairos = await kairosStandIn();
    const lines = [
      viewed(9, { messageId: 'x' }),
      viewed(3, { messageId: 'y' }),
      viewed(10, { messageId: 'z' }),
    ];
    await using replayed = await setup(kairos, lines);
    await replayed.play().run();
    expect(names(kairos.batches.flat())).toEqual(['x', 'y', 'z']);
    expect(arrivedAt(kairos).at(-1)).toBe(1);
  });
});

describe('choice', () => {
  test('from its first moment on, up to its last, which is not in it; the first of them is due at once', async () => {
    await using kairos = await kairosStandIn();
    const lines = [0, 10, 20, 30].map((after) => viewed(after, { messageId: `at${after}` }));
    const range = { fromMs: recordedStart + 10_000, toMs: recordedStart + 30_000 };
    await using replayed = await setup(kairos, lines, range);
    await replayed.play().run();
    expect(names(kairos.batches.flat())).toEqual(['at10', 'at20']);
    expect(arrivedAt(kairos)).toEqual([0, 10]);
  });
});

describe('--reachable', () => {
  const people = [
    viewed(0, { anonymousId: 'a', messageId: '1' }),
    viewed(0, { anonymousId: 'a', userId: 'u', messageId: '2' }),
    viewed(0, { anonymousId: 'b', userId: 'v', messageId: '3' }),
  ];

  test('everybody is identified once, before their first event, with an address and consent', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, people, { reachable: 'example.test' });
    const replay = replayed.play();
    await replay.run();
    const posted = kairos.batches.flat();
    expect(posted.map(({ type }) => type)).toEqual(['identify', 'track', 'track', 'identify', 'track']);
    expect(posted[0]).toMatchObject({
      anonymousId: 'a',
      traits: { email: 'a@example.test' },
      context: { consent: { channels: { email: true } } },
    });
    expect(posted[3]).toMatchObject({ userId: 'v', anonymousId: 'b', traits: { email: 'v@example.test' } });
    expect(replay.status().tally).toMatchObject({ posted: 5, identified: 2, accepted: 5 });
  });

  test('who was identified by an earlier call is not again', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, people.slice(0, 1), { reachable: 'example.test' });
    await replayed.play().run();
    await replayed.file.write(people.slice(0, 2));
    await replayed.play().run();
    expect(kairos.batches.flat().map(({ type }) => type)).toEqual(['identify', 'track', 'track']);
  });
});

describe('what goes wrong', () => {
  test('a line that cannot be posted is told and counted, and the others go on', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, [viewed(0), 'not JSON', '', viewed(1)]);
    const replay = replayed.play();
    expect(await replay.run()).toEqual({ how: 'finished' });
    expect(replayed.state.complaints).toEqual([expect.stringMatching(/^Line 2 is not JSON/)]);
    expect(replay.status().tally).toMatchObject({ posted: 2, accepted: 2, faulty: 1 });
    expect(replayed.kept()).toMatchObject({ line: 4, tally: { faulty: 1 } });
  });

  test('when strict, it ends there, with all before it posted', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, [viewed(0), 'not JSON', viewed(1)], { strict: true });
    expect(await replayed.play().run()).toMatchObject({
      how: 'failed',
      sentence: expect.stringMatching(/^Line 2/) as string,
    });
    expect(replayed.kept().line).toBe(1);
  });

  test('a message that Kairos rejects is told by its line', async () => {
    await using kairos = await kairosStandIn();
    kairos.rejects.add('m');
    await using replayed = await setup(kairos, [viewed(0), viewed(0, { messageId: 'm' })]);
    const replay = replayed.play();
    await replay.run();
    expect(replayed.state.complaints).toEqual([
      'Line 2 (track) was rejected: malformed-message: not this one',
    ]);
    expect(replay.status().tally).toMatchObject({ posted: 2, accepted: 1, rejected: 1 });
  });

  test('when Kairos takes nothing it ends, and a second call goes on with the same ids', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, [viewed(0), viewed(10), viewed(20), viewed(50)]);
    let requests = 0;
    kairos.refuse = () => (++requests === 3 ? { status: 403, body: { code: 'wrong-key' } } : null);
    expect(await replayed.play().run()).toMatchObject({
      how: 'failed',
      sentence: expect.stringContaining('403') as string,
    });
    expect(replayed.kept()).toMatchObject({ line: 2, tally: { posted: 2 } });
    replayed.state.nowMs += 3_600_000;
    const second = replayed.play();
    expect(await second.run()).toEqual({ how: 'finished' });
    // The third is due at once, the fourth half a minute after it: the time between the calls does not count.
    expect(arrivedAt(kairos)).toEqual([0, 10, 3_620, 3_650]);
    expect(second.status().tally).toMatchObject({ posted: 4, accepted: 4, duplicates: 0 });
  });

  test('a crash before it was noted repeats a batch of duplicates', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, [viewed(0), viewed(10)]);
    await expect(
      replayed.play({ save: () => Promise.reject(new Error('the disk is full')) }).run(),
    ).rejects.toThrow('disk');
    const second = replayed.play();
    await second.run();
    expect(second.status().tally).toMatchObject({ posted: 2, accepted: 1, duplicates: 1 });
  });

  test('told to stop, it finishes the batch under way and notes it', async () => {
    await using kairos = await kairosStandIn();
    await using replayed = await setup(kairos, [viewed(0), viewed(10), viewed(20)]);
    kairos.refuse = (batch) => {
      if (batch[0]!.timestamp.includes('09:00:10')) replayed.controller.abort();
      return null;
    };
    expect(await replayed.play().run()).toEqual({ how: 'stopped' });
    expect(replayed.kept().line).toBe(2);
  });
});

test('posted again as new, all ids end alike', async () => {
  await using kairos = await kairosStandIn();
  await using replayed = await setup(kairos, [viewed(0, { messageId: 'm' })], { reachable: 'example.test' });
  await replayed.play().run();
  await replayed.play({ progress: await startOver(replayed.file.path, 'b7') }).run();
  const [identify, track, ...again] = names(kairos.batches.flat());
  expect(again).toEqual([`${identify}-b7`, `${track}-b7`]);
});
