import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createClock, type Clock } from '../clock.ts';
import { loadConfig } from '../config.ts';
import { realTime } from '../domain/time-scale.ts';
import { StartError } from '../errors.ts';
import { EventPoster } from '../replay/event-poster.ts';
import { askClockSpeed } from '../replay/kairos-health.ts';
import { Poster } from '../replay/poster.ts';
import { Posters } from '../replay/posters.ts';
import { progressPath, readProgress, startOver, writeProgress } from '../replay/progress-file.ts';
import { longestLineBytes } from '../replay/recorded-message.ts';
import { recordedLines } from '../replay/recorded-lines.ts';
import { Replay, type Ending } from '../replay/replay.ts';
import { parseReplayOptions, replayUsage, type ReplayOptions } from '../replay/replay-options.ts';
import { sayDuration } from '../replay/say-duration.ts';
import { sayLag, sayProgress, sayTotals } from '../replay/tally.ts';

const everyMs = 2_000;
/** More of them are counted, not told: a file of another kind has one a line. */
const mostComplaints = 20;
/** npm passes on a Ctrl-C that the terminal has sent here as well. */
const sameKeyMs = 1_500;

const exitCodes = { complete: 0, incomplete: 1, stopped: 130 } as const;

async function main(args: string[]): Promise<number> {
  const options = parseReplayOptions(args);
  if (options === 'help') {
    console.log(replayUsage);
    return exitCodes.complete;
  }
  const config = loadConfig(process.env);
  const url = options.url ?? config.KAIROS_URL?.replace(/\/+$/, '') ?? `http://127.0.0.1:${config.PORT}`;
  const path = await progressPath(config.KAIROS_HOME, url, options);
  const progress = options.again
    ? await startOver(options.file, randomBytes(4).toString('hex'))
    : await readProgress(path, options.file);
  const clock = createClock(realTime);
  const clockSpeed = await askClockSpeed(url);
  const poster = new Posters({
    messages: new Poster({ url, writeKey: config.KAIROS_WRITE_KEY }),
    events: new EventPoster({ url, adminKey: config.KAIROS_ADMIN_KEY, clock, sleep: (ms) => delay(ms) }),
  });
  const replay = new Replay({
    lines: recordedLines(options.file, longestLineBytes),
    progress,
    options,
    clockSpeed,
    clock,
    poster,
    sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(ignoreAbort),
    signal: stopSignal(clock),
    save: (now) => writeProgress(path, now),
    complain: complainer(),
  });
  sayStart(options, { url, clockSpeed, line: progress.line });
  const ending = await reported(replay, clock);
  const isDone = ending.how === 'finished' && progress.line > 0;
  if (isDone && replay.status().tally.posted === progress.tally.posted) {
    console.log(
      'This call posted nothing: nothing was left of what to post. --again posts it as new messages.',
    );
  }
  return sayEnding(replay, ending, options);
}

function sayStart(
  { file, speed }: ReplayOptions,
  { url, clockSpeed, line }: { url: string; clockSpeed: number; line: number },
): void {
  const from = line === 0 ? '' : `, on after line ${line} (--again starts over)`;
  console.log(`${file} to ${url}, ${clockSpeed * speed} times as fast as it was recorded${from}`);
}

/** Plays it, with a line on where it is every two seconds. */
async function reported(replay: Replay, clock: Clock): Promise<Ending> {
  const startMs = clock.realNow().getTime();
  const timer = setInterval(() => console.log(sayProgress(replay.status())), everyMs);
  try {
    return await replay.run();
  } finally {
    clearInterval(timer);
    console.log(
      `${sayTotals(replay.status().tally)} This call took ${sayDuration(clock.realNow().getTime() - startMs)}.`,
    );
  }
}

function sayEnding(replay: Replay, ending: Ending, options: ReplayOptions): number {
  const { tally, clockSpeed } = replay.status();
  if (replay.mostLateMs > everyMs) {
    const lag = sayLag(replay.mostLateMs, clockSpeed);
    console.log(
      `The rhythm was not kept: up to ${lag} behind. A --speed below ${options.speed} keeps it better.`,
    );
  }
  if (ending.how === 'failed') {
    console.error(`${ending.sentence}\nIt ended there; called again, it goes on there.`);
    return exitCodes.incomplete;
  }
  if (ending.how === 'stopped') {
    console.log('Stopped; called again, it goes on there.');
    return exitCodes.stopped;
  }
  return tally.rejected + tally.faulty === 0 ? exitCodes.complete : exitCodes.incomplete;
}

/** The first Ctrl-C lets the batch under way be answered, another ends at once; either way nothing is lost. */
function stopSignal(clock: Clock): AbortSignal {
  const controller = new AbortController();
  let firstMs: number | null = null;
  const stop = () => {
    const nowMs = clock.realNow().getTime();
    if (firstMs !== null && nowMs - firstMs > sameKeyMs) process.exit(exitCodes.stopped);
    if (firstMs === null) console.log('Stopping after the batch under way; Ctrl-C again stops at once.');
    firstMs ??= nowMs;
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

function complainer(): (sentence: string) => void {
  let told = 0;
  return (sentence) => {
    told += 1;
    if (told <= mostComplaints) console.error(sentence);
    if (told === mostComplaints) console.error('More of them are only counted.');
  };
}

function ignoreAbort(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(exitCodes.incomplete);
}
