import { CancelledFailure } from '@temporalio/common';
import { clearCalls, markCalls, raisePage, type PageNews } from '../src/db/queries/page-calls.ts';
import { pausedMeanwhile } from '../src/db/queries/paused-meanwhile.ts';
import type { Raise } from '../src/db/queries/raise-delivery.ts';
import { bounds } from '../src/domain/bounds.ts';
import { grouped } from '../src/domain/grouped.ts';
import { withoutAddresses } from '../src/domain/without-addresses.ts';
import type { CallOutcome, ChannelAdapter, ChannelBatch, Outbound } from './channels/channel.ts';
import { newsOf } from './call-news.ts';
import type { GateParts } from './gate-look.ts';
import { isStillFresh } from './still-fresh.ts';
import { mostAtOnce, unbounded } from './turns.ts';

/** What making the calls of a page needs. */
export type PageCallParts = Pick<GateParts, 'database' | 'clock' | 'calls' | 'turns'>;

/** Calls under way together, of one marking: what came of each, by delivery. */
interface Marked {
  callingAt: Date;
  messages: readonly Outbound[];
  /** Some were left out, because an operator paused them meanwhile. */
  isPaused: boolean;
}
type Outcomes = ReadonlyMap<string, CallOutcome>;

/** The provider takes nothing just now. */
type NotAccepted = Extract<CallOutcome, { kind: 'not-accepted' }>;

/**
 * Why a page stopped before its last call: that, or an operator paused it meanwhile, or others are before it on a channel
 * that takes only so many a second: how much later its turn is, real milliseconds.
 */
export type Stopped = NotAccepted | { kind: 'paused' } | { kind: 'pacing'; laterMs: number };

/**
 * Makes the calls of a page, as few as the provider allows. Right before a call its deliveries are marked as being
 * called, in a commit of their own, and right after it what came of them is written: whoever dies leaves in doubt what
 * was under way, and the rest as certainly not sent. A refused batch is halved until the bad address stands alone.
 * Says why it stopped, for now (also because calls that ended in doubt are to be made again); null when all calls were
 * made.
 */
export async function callPage(
  parts: PageCallParts,
  adapter: ChannelAdapter,
  messages: readonly Outbound[],
  signal: AbortSignal | undefined,
): Promise<Stopped | null> {
  const { batch, channel } = adapter;
  const { turns = unbounded } = parts;
  const most = mostAtOnce(turns, channel, batch?.most ?? bounds.callsAtOnce);
  const queue = batch
    ? (batch.together ?? sameContent)(messages).flatMap((group) => chunks(group, most))
    : chunks(messages, most);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    // What is under way is seen through; what was not begun is left to whoever comes next.
    if (signal?.aborted) throw new CancelledFailure('The page was stopped between two calls.');
    const laterMs = await turns.take(channel, next.length, signal);
    if (laterMs > 0) return { kind: 'pacing', laterMs };
    const marked = await mark(parts, next);
    if (marked.messages.length === 0) {
      if (marked.isPaused) return { kind: 'paused' };
      continue;
    }
    if (!isStillFresh(parts.clock, marked.callingAt) && (await isPaused(parts, marked))) {
      await unmark(parts, marked);
      return { kind: 'paused' };
    }
    const outcomes = await (batch ? callBatch(batch, marked) : callEach(adapter, marked));
    note(parts, marked, outcomes);
    if (batch && marked.messages.length > 1 && isRefused(outcomes)) {
      await unmark(parts, marked);
      queue.unshift(...halves(marked.messages));
      continue;
    }
    const { told, repeatable } = inDoubtApart(adapter, outcomes);
    const stopped = await settleCalls(parts, adapter, marked, told);
    for (const id of repeatable) parts.calls.forget(id, marked.callingAt.getTime());
    if (stopped) return stopped;
    if (repeatable.length > 0)
      return { kind: 'not-accepted', retryAfterMs: null, detail: 'no clear answer came' };
  }
  return null;
}

/** The permits stand before the commit: if its answer is lost, this process still knows that nobody called. */
async function mark(parts: PageCallParts, messages: readonly Outbound[]): Promise<Marked> {
  const callingAt = parts.clock.now();
  const ids = messages.map(({ deliveryId }) => deliveryId);
  for (const id of ids) parts.calls.permit(id, callingAt.getTime());
  const ours = await markCalls(parts.database.sql, ids, callingAt);
  for (const id of ids) if (!ours.ids.has(id)) parts.calls.forget(id, callingAt.getTime());
  const taken = messages.filter(
    ({ deliveryId }) => ours.ids.has(deliveryId) && parts.calls.take(deliveryId, callingAt.getTime()),
  );
  return { callingAt, messages: taken, isPaused: ours.isPaused };
}

function isPaused({ database: { sql } }: PageCallParts, { messages }: Marked): Promise<boolean> {
  return pausedMeanwhile(
    sql,
    messages.map(({ deliveryId }) => deliveryId),
  );
}

/** Certainly not taken: the halves are marked anew, each before its own call. */
async function unmark(parts: PageCallParts, { callingAt, messages }: Marked): Promise<void> {
  const ids = messages.map(({ deliveryId }) => deliveryId);
  for (const id of ids) parts.calls.permit(id, callingAt.getTime());
  await clearCalls(parts.database.sql, { ids, callingAt, verdict: null });
  for (const id of ids) parts.calls.forget(id, callingAt.getTime());
}

async function callBatch(batch: ChannelBatch, { messages }: Marked): Promise<Outcomes> {
  const outcome = await orInDoubt(() => batch.send(messages));
  return new Map(messages.map(({ deliveryId }) => [deliveryId, outcome]));
}

async function callEach(adapter: ChannelAdapter, { messages }: Marked): Promise<Outcomes> {
  const outcomes = await Promise.all(messages.map((message) => orInDoubt(() => adapter.send(message))));
  return new Map(messages.map(({ deliveryId }, place) => [deliveryId, outcomes[place]!]));
}

/** An adapter that throws leaves in doubt whether the request went out. */
async function orInDoubt(call: () => Promise<CallOutcome>): Promise<CallOutcome> {
  try {
    return await call();
  } catch (error) {
    return { kind: 'unknown', detail: `the channel failed: ${withoutAddresses(String(error))}` };
  }
}

function note({ calls }: PageCallParts, { callingAt }: Marked, outcomes: Outcomes): void {
  for (const [id, outcome] of outcomes) calls.note(id, callingAt.getTime(), outcome);
}

function isRefused(outcomes: Outcomes): boolean {
  return [...outcomes.values()].every(({ kind }) => kind === 'refused');
}

/** Calls that ended in doubt are left as they are where they may be repeated: whoever comes next does that. */
function inDoubtApart(
  { idempotent }: ChannelAdapter,
  outcomes: Outcomes,
): { told: Outcomes; repeatable: string[] } {
  const isLeft = ({ kind }: CallOutcome) => kind === 'unknown' && idempotent !== undefined;
  const entries = [...outcomes];
  return {
    told: new Map(entries.filter(([, outcome]) => !isLeft(outcome))),
    repeatable: entries.filter(([, outcome]) => isLeft(outcome)).map(([id]) => id),
  };
}

/** Writes what is known of some calls. If the database is away, the next attempt finds it in this process. */
export async function settleCalls(
  { database: { sql }, clock, calls }: PageCallParts,
  { channel }: Pick<ChannelAdapter, 'channel'>,
  { callingAt }: Pick<Marked, 'callingAt'>,
  outcomes: Outcomes,
): Promise<NotAccepted | null> {
  const at = clock.now();
  const told = [...outcomes].map(([deliveryId, outcome]) => ({
    outcome,
    news: newsOf({ deliveryId, channel, at }, outcome),
  }));
  for (const same of grouped(told, ({ news }) => news.state)) {
    const { state, from } = same[0]!.news;
    await raisePage(sql, {
      state,
      ...(from ? { from } : {}),
      news: same.map(({ news }) => pageNewsOf(news)),
    });
  }
  const notTaken = told.filter(({ outcome }) => outcome.kind === 'not-accepted');
  for (const same of grouped(notTaken, ({ news }) => news.verdict.words)) {
    const ids = same.map(({ news }) => news.deliveryId);
    await clearCalls(sql, { ids, callingAt, verdict: same[0]!.news.verdict });
  }
  for (const id of outcomes.keys()) calls.forget(id, callingAt.getTime());
  return told.map(({ outcome }) => outcome).find((outcome) => outcome.kind === 'not-accepted') ?? null;
}

function pageNewsOf({ deliveryId, verdict, providerId, providerCode }: Raise): PageNews {
  return {
    id: deliveryId,
    verdict,
    ...(providerId ? { providerId } : {}),
    ...(providerCode ? { providerCode } : {}),
  };
}

/** Groups of the same content, each in the order in which they came. */
function sameContent(messages: readonly Outbound[]): Outbound[][] {
  return grouped(messages, ({ content }) => JSON.stringify(content));
}

function chunks<T>(items: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, n) =>
    items.slice(n * most, (n + 1) * most),
  );
}

function halves<T>(items: readonly T[]): T[][] {
  return chunks(items, Math.ceil(items.length / 2));
}
