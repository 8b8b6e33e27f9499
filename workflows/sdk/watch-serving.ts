import { setCurrentDetails } from '@temporalio/workflow';
import type { WaveEnd } from '../../activities/contract.ts';
import type { MessageType } from '../../src/define/message.ts';
import type { Channel } from '../../src/domain/task-queues.ts';
import type { Served, Serving } from '../../src/domain/watch-input.ts';
import type { WatchHost } from './watch-host.ts';
import type { Progress } from './watch-run.ts';

/** How often a wave looks again at customers whose newest events have not taken effect, and how long it rests before. */
const looksAgain = { times: 3, afterMs: 2_000 };

export const noneServed: Served = { waves: 0, places: 0, heldOut: 0, soldOut: false };

interface Ask {
  runId: string;
  message: MessageType<unknown>;
  data: Record<string, unknown>;
}

/**
 * Serves a waiting list wave after wave. What was done stands in the database, wave by wave and customer by customer;
 * the workflow only says what comes next. A pause begins in a workflow of its own, so that what waits is small.
 *
 *   (pause) → begin: count the shelf → pages, channel by channel → look again at who was behind → end ─┐
 *      └──────────────────────────── as long as there is somebody to serve and something on the shelf ─┘
 */
export async function serveWaves(host: WatchHost, progress: Progress, ask: Ask): Promise<Served> {
  const serving = progress.serving!;
  for (;;) {
    if (serving.wave === null) {
      await pause(host, serving, `pause before wave ${progress.waves + 1}`);
      const missing = await beginWave(host, progress, ask);
      if (missing) return { ...serving.served, soldOut: missing.soldOut };
    }
    const end = await serveWave(host, serving, ask);
    serving.served = {
      waves: serving.served.waves + 1,
      places: serving.served.places + end.used,
      heldOut: serving.served.heldOut + end.heldOut,
      soldOut: end.unitsLeft === 0,
    };
    serving.words = words(serving.wave!, end);
    serving.soonestAt = serving.nextAt;
    serving.nextAt = end.nextAt ?? serving.nextAt;
    serving.wave = null;
    setCurrentDetails(serving.words);
    if (!end.goesOn || end.unitsLeft === 0) return serving.served;
    await host.carryOver();
  }
}

/**
 * Until the next wave may begin. Where nobody is left whom it could serve before some later time, until then; but what is
 * heard meanwhile may bring others, for whom it begins when it would have.
 */
async function pause(host: WatchHost, { nextAt, soonestAt = nextAt, heardUpTo }: Serving, stage: string) {
  if (soonestAt < nextAt) await host.pauseUntil(nextAt, stage, heardUpTo);
  await host.pauseUntil(soonestAt, stage);
}

/** Begins the next wave; says so when there is nothing on the shelf, or nobody to serve. */
async function beginWave(
  host: WatchHost,
  progress: Progress,
  { runId, message }: Ask,
): Promise<{ soldOut: boolean } | null> {
  const { heardUpTo } = host;
  const wanted = { runId, wave: progress.waves + 1, message: message.name, heard: heardUpTo };
  const begun = await host.ask(`begin wave ${wanted.wave}: count the shelf`, (activities) =>
    activities.beginWave(wanted),
  );
  if (begun.kind === 'none') return { soldOut: begun.soldOut };
  progress.waves = begun.wave;
  Object.assign(progress.serving!, { wave: begun.wave, nextAt: begun.nextAt, looks: 0, heardUpTo });
  host.show(`wave ${begun.wave}`);
  return null;
}

async function serveWave(host: WatchHost, serving: Serving, ask: Ask): Promise<WaveEnd> {
  const { runId, message } = ask;
  const wave = serving.wave!;
  for (;;) {
    const behind = await servePages(host, serving, ask);
    if (!behind || serving.looks >= looksAgain.times) break;
    await host.rest(looksAgain.afterMs, 'until the newest events of some customers have taken effect');
    serving.looks += 1;
  }
  return host.ask(`end wave ${wave}`, (activities) =>
    activities.endWave({ runId, wave, message: message.name }),
  );
}

/** Page after page until nobody is left to look at, or no place; says whether somebody is to be looked at again. */
async function servePages(
  host: WatchHost,
  serving: Serving,
  { runId, message, data }: Ask,
): Promise<boolean> {
  const { looks: look } = serving;
  let channel: Channel | null = message.channels[0];
  let [line, behind] = [false, false];
  while (channel !== null) {
    await host.giveWay();
    const input = {
      runId,
      wave: serving.wave!,
      message: message.name,
      channel,
      ...(line ? { line: true as const } : {}),
      data,
      look,
      askedAt: host.now(),
    };
    const answer = await host.servePage(input);
    channel = answer.next;
    line = answer.line ?? false;
    behind = answer.lookAgain;
  }
  return behind;
}

function words(wave: number, { units, places, used, heldOut, withheld }: WaveEnd): string {
  const shelf = units === null ? '' : `${units} units, `;
  return `wave ${wave}: ${shelf}${places} places, ${used} used, ${heldOut} of them held out; ${withheld} passed over`;
}
