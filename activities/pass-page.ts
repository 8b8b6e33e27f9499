import type { TransactionSql } from 'postgres';
import { saveWave, lockWave, type WaveRow } from '../src/db/queries/waves.ts';
import {
  closeBoughtEntries,
  consumeEntries,
  countUndecided,
  nextBehind,
  nextFallen,
  nextWaiting,
  type Turn,
  type WaitingEntry,
} from '../src/db/queries/waiting-entries.ts';
import { anybodyOnSite } from '../src/db/queries/onsite-presence.ts';
import { consumeTogether, countToldElsewhere, lockProducts } from '../src/db/queries/rival-entries.ts';
import { watchRun, type WatchRunRow } from '../src/db/queries/watch-run.ts';
import { keepToldPrice } from '../src/db/queries/known-prices.ts';
import { recordPage } from '../src/db/queries/record-page.ts';
import { lookUpByKey } from '../src/db/look-up-by-key.ts';
import { channelAfter, priorityOf, type MessageType } from '../src/define/message.ts';
import { lineServedBy } from '../src/define/watch.ts';
import { bounds } from '../src/domain/bounds.ts';
import { nextChannelReasons, type GateReason } from '../src/domain/delivery.ts';
import { spanMs } from '../src/domain/span.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import type { Outbound } from './channels/channel.ts';
import type { PageAnswer, PageInput } from './contract.ts';
import { earlier, judgePage, type JudgedPage } from './judge-page.ts';
import { lockRivals } from './rivals.ts';
import { roomNow } from './servable.ts';
import { mostOfPage, unbounded } from './turns.ts';
import { keepCodes } from './wording.ts';
import {
  lookAtEntries,
  notFound,
  pausedOn,
  takePageLook,
  watchOf,
  type PageLook,
  type PageParts,
} from './page-look.ts';

/** What the gate's transaction leads to: wait and look again, or calls to make and what comes after. */
export type PagePassage =
  | { kind: 'waiting'; reason: GateReason }
  /** Another page is about to use places of the product, or of another that its customers wait for. */
  | { kind: 'list-taken' }
  | { kind: 'passed'; calls: Outbound[]; answer: PageAnswer };

const nothingMore: PagePassage = { kind: 'passed', calls: [], answer: { next: null, lookAgain: false } };

/**
 * Lets the next page of a wave pass the gate for one channel, in one transaction: shelf, those who wait longest, their
 * locks, all that the gate looks at, rulings, used places and how far the wave has come. What it commits is done for
 * ever; repeating it takes the page after.
 */
export async function passPage(
  parts: PageParts,
  message: MessageType<unknown>,
  input: PageInput,
): Promise<PagePassage> {
  return parts.database.sql.begin(async (tx) => {
    await lookUpByKey(tx);
    const shared = await lineShared(tx, parts, input);
    if (shared !== null && !(await lockProducts(tx, { ...shared, skus: [shared.sku] })))
      return { kind: 'list-taken' };
    const wave = await lockWave(tx, input);
    if (!wave) throw notFound(`The run ${input.runId} has no wave ${input.wave} in this database.`);
    // Its places were counted from a shelf of long ago: a workflow that was started anew goes on with the next.
    if (wave.isEnded) return nothingMore;
    const look = await takePageLook(tx, parts, message, input);
    if (look.run.state === 'closed') return nothingMore;
    const paused = Object.values(pausedOn(look, input.channel)).some((since) => since !== null);
    if (paused) return { kind: 'waiting', reason: 'paused' };
    const allowed = allowedIn(wave, look);
    const everyMs = spanMs(look.wave.every);
    const elsewhere = shared === null ? 0 : await countToldElsewhere(tx, { ...input, ...shared, everyMs });
    const row = input.look > wave.look ? lookedAnew(wave, input.look) : wave;
    return servePlaces(look, { ...row, allowed }, elsewhere);
  });
}

/**
 * How many may be told in a wave altogether, as far as the shelf still allows it. What comes to the shelf since the wave
 * began, or since it emptied faster than thought, waits for the next. When what woke the watch is over nobody else is told.
 */
function allowedIn(row: WaveRow, look: PageLook): number {
  if (!look.standing.holds) return row.used;
  return Math.min(row.allowed, row.used + roomNow(look));
}

function lookedAnew(wave: WaveRow, look: number): WaveRow {
  return { ...wave, look, lookedSince: null, lookedId: null, through: false };
}

/** The line of a watch that looks at what else its customers wait for; null: it does not. */
async function lineShared(
  tx: TransactionSql,
  { watches }: PageParts,
  { runId }: PageInput,
): Promise<{ list: string; sku: string } | null> {
  if (watches.every(({ competing }) => competing === undefined)) return null;
  const run: WatchRunRow | null = await watchRun(tx, runId);
  const watch = run && watchOf(watches, run);
  return watch?.competing ? { list: lineServedBy(watch), sku: run!.subject } : null;
}

/** @param elsewhere Places of the wave that messages about other products have used. */
async function servePlaces(look: PageLook, wave: WaveRow, elsewhere: number): Promise<PagePassage> {
  const { tx, input, message } = look;
  const turn = turnOf(look);
  const takesLine = input.line === true || input.channel === message.channels[0];
  // Those on their way to the next channel have their places already.
  const kept = takesLine ? (await undecided(tx, turn, message)).fallen : 0;
  const places = wave.allowed - wave.used - elsewhere - kept;
  const next = kept === 0 && places > 0 ? await pastSite(look, wave, turn) : null;
  if (next !== null) return { kind: 'passed', calls: [], answer: { next, line: true, lookAgain: false } };
  const entries = places > 0 ? await nextEntries(look, wave, turn) : [];
  const customerIds = entries.map(({ customerId }) => customerId);
  if (!(await lockRivals(look, customerIds))) return { kind: 'list-taken' };
  const { now, rows } = await lookAtEntries(look, entries);
  const page = await judgePage(look, { rows, now, places });
  await record(look, page, now);
  const isThrough = places > 0 && entries.length < turn.limit && (page.last ?? rows.at(-1)) === rows.at(-1);
  const after = takesLine ? passedOn(wave, page, isThrough) : { ...wave, ...counted(wave, page) };
  await saveWave(tx, input.runId, after);
  const left = after.allowed - after.used - elsewhere;
  const answer = answerOf(message, await undecided(tx, turn, message), { left, through: after.through });
  const straight = input.line === true && answer.next === message.channels[0];
  return {
    kind: 'passed',
    calls: page.outbound,
    answer: straight ? await straightOn(look, after, turn) : answer,
  };
}

/** The line goes on: with a page like this one, if of those who are next again nobody is on the site. */
async function straightOn(look: PageLook, wave: WaveRow, turn: Turn): Promise<PageAnswer> {
  const { input, message } = look;
  const first = message.channels[0];
  const next = await pastSite({ ...look, input: { ...input, channel: first } }, wave, turn);
  return next === null ? { next: first, lookAgain: false } : { next, line: true, lookAgain: false };
}

function turnOf({ input, message, run, watch, parts }: PageLook): Turn {
  const { runId, wave, channel } = input;
  const adapter = parts.channels[channel];
  // Without a provider nobody is called: all of them go on to the next channel.
  const oneByOne = adapter !== null && !adapter.batch;
  const most = oneByOne ? bounds.waveCustomersOneByOne : bounds.waveCustomers;
  const limit = mostOfPage(parts.turns ?? unbounded, channel, most);
  return { list: lineServedBy(watch), sku: run.subject, runId, wave, message: message.name, limit };
}

/**
 * The channel after the shop's page, if nobody is on it of those whose turn is next: a page that would write of each that
 * they are not there is spared, and the one after it says so beside what it does. Else null.
 */
async function pastSite(look: PageLook, wave: WaveRow, turn: Turn): Promise<Channel | null> {
  const { tx, input, message, parts } = look;
  const next = channelAfter(message, input.channel);
  if (input.channel !== 'onsite' || input.channel !== message.channels[0] || next === null) return null;
  const entries = await nextEntries(look, wave, { ...turn, limit: bounds.waveCustomers });
  if (entries.length === 0) return null;
  const ids = entries.map(({ customerId }) => customerId);
  return (await anybodyOnSite(tx, ids, parts.clock.now())) ? null : next;
}

/** Whose turn it is: on the first channel the line, or those of it who were behind; on another those whom none before it reached. */
function nextEntries(
  { tx, input, message }: PageLook,
  wave: WaveRow,
  turn: Turn,
): PromiseLike<WaitingEntry[]> {
  const place = message.channels.indexOf(input.channel);
  if (place > 0 && !input.line) return nextFallen(tx, turn, message.channels[place - 1]!);
  const after = { since: wave.lookedSince, id: wave.lookedId };
  return input.look === 0 ? nextWaiting(tx, turn, after) : nextBehind(tx, turn, after);
}

async function record(look: PageLook, page: JudgedPage, at: Date): Promise<void> {
  const { tx, input, message, run } = look;
  const { name, subject } = run;
  const { runId, wave } = input;
  const { purpose, topic = '' } = message;
  const of = { runId, name, subject, message: message.name, wave, purpose, topic, at };
  const priority = priorityOf(message);
  await recordPage(tx, { ...of, priority }, page.ruled);
  await keepCodes(tx, message, { assigned: page.assigned, at });
  const used = page.ruled.filter(({ arm }) => arm !== null);
  const usedIds = used.map(({ entryId }) => entryId);
  await consumeEntries(tx, usedIds, at);
  if (look.price?.now) await keepToldPrice(tx, usedIds, look.price.now.minor);
  await consumeTogether(tx, page.together, at);
  await closeBoughtEntries(tx, page.bought, at);
}

function counted(
  wave: WaveRow,
  page: JudgedPage,
): Pick<WaveRow, 'used' | 'heldOut' | 'withheld' | 'quietUntil'> {
  return {
    used: wave.used + page.used,
    heldOut: wave.heldOut + page.heldOut,
    withheld: wave.withheld + page.withheld,
    quietUntil: earlier(wave.quietUntil, page.quietUntil),
  };
}

function passedOn(wave: WaveRow, page: JudgedPage, through: boolean): WaveRow {
  const looked = page.last ? { lookedSince: page.last.since, lookedId: page.last.entryId } : {};
  return { ...wave, ...counted(wave, page), ...looked, through };
}

interface Undecided {
  /** Whom a channel did not reach, by that channel, and altogether. */
  byChannel: ReadonlyMap<Channel, number>;
  fallen: number;
  behind: number;
}

async function undecided(tx: TransactionSql, turn: Turn, message: MessageType<unknown>): Promise<Undecided> {
  const counts = await countUndecided(tx, turn);
  const fallen = counts.filter(
    ({ channel, reason }) =>
      nextChannelReasons.some((each) => each === reason) && channel !== message.channels.at(-1),
  );
  const byChannel = new Map<Channel, number>();
  for (const { channel, count } of fallen) byChannel.set(channel, (byChannel.get(channel) ?? 0) + count);
  const sum = (some: { count: number }[]) => some.reduce((total, { count }) => total + count, 0);
  return { byChannel, fallen: sum(fallen), behind: sum(counts.filter(({ reason }) => reason === 'behind')) };
}

/** First those who have a place kept, channel by channel; then the next of the line. */
function answerOf(
  { channels }: MessageType<unknown>,
  { byChannel, fallen, behind }: Undecided,
  { left, through }: { left: number; through: boolean },
): PageAnswer {
  if (left <= 0) return { next: null, lookAgain: false };
  const reached = channels.findIndex((channel) => byChannel.has(channel));
  if (reached >= 0) return { next: channels[reached + 1]!, lookAgain: false };
  const isOpen = !through && left > fallen;
  return { next: isOpen ? channels[0] : null, lookAgain: !isOpen && behind > 0 };
}
