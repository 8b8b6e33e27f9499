import { CancelledFailure } from '@temporalio/common';
import { clearCalls, markCalls, raisePage } from '../src/db/queries/page-calls.ts';
import { pausedMeanwhile } from '../src/db/queries/paused-meanwhile.ts';
import { turnToNext } from '../src/db/queries/turn-to-next.ts';
import { bounds } from '../src/domain/bounds.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import { grouped } from '../src/domain/grouped.ts';
import { withoutAddresses } from '../src/domain/without-addresses.ts';
import type { CallOutcome, ChannelAdapter, ChannelBatch, Outbound } from './channels/channel.ts';
import { suppress } from '../src/db/queries/suppress.ts';
import { suppressedBy, withRefusedAddress } from './refused-address.ts';
import { isAgainstChannel, newsOf, pageNewsOf, unreachedOn } from './call-news.ts';
import { afterDoubt } from './in-doubt.ts';
import type { GateParts } from './gate-look.ts';
import { isStillFresh } from './still-fresh.ts';
import { mostAtOnce, unbounded } from './turns.ts';

/** What making the calls of a page needs. */
export type PageCallParts = Pick<GateParts, 'database' | 'clock' | 'calls' | 'turns' | 'secret'> & {
  /** The channel of the message that is tried after this one; null: it is the last. */
  next: Channel | null;
  /** Told when some turn to it. */
  onTurned?: () => void;
};

/** The calls of a page. */
export interface PageCalls {
  messages: readonly Outbound[];
  /** Of those that repeat a call in doubt, when that one was begun. They are marked all along. */
  doubts: Map<string, Date>;
  /** Stops between two calls. */
  signal: AbortSignal | undefined;
}

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
 * was under way, and the rest as certainly not sent. Of a refused batch those whom the provider names are asked about
 * alone; if it names none it is halved until the bad address stands alone; what all have in common is refused to all.
 * Says why it stopped, for now (also because calls that ended in doubt are to be made again); null when all calls were
 * made.
 */
export async function callPage(
  parts: PageCallParts,
  adapter: ChannelAdapter,
  { messages, doubts, signal }: PageCalls,
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
    const marked = await mark(parts, next, doubts);
    if (marked.messages.length === 0) {
      if (marked.isPaused) return { kind: 'paused' };
      continue;
    }
    if (!isStillFresh(parts.clock, marked.callingAt) && (await isPaused(parts, marked))) {
      await unmark(parts, marked, doubts);
      return { kind: 'paused' };
    }
    const came = await (batch ? callBatch(batch, marked) : callEach(parts, adapter, marked));
    const apart = batch ? partsOf(marked.messages, came) : null;
    if (apart) {
      await unmark(parts, marked, doubts);
      queue.unshift(...apart);
      continue;
    }
    const stopped = await settlePage(parts, adapter, marked, afterDoubts(doubts, came));
    if (stopped) return stopped;
  }
  return null;
}

/** What a call after one in doubt says of its message is less than it says of itself. */
function afterDoubts(doubts: PageCalls['doubts'], came: Outcomes): Outcomes {
  const saying = ([id, outcome]: [string, CallOutcome]) =>
    [id, afterDoubt(doubts.has(id) ? 'repeated' : undefined, outcome)] as const;
  return new Map([...came].map(saying));
}

/** Notes and writes what came of some calls; what is to be repeated is left marked for whoever comes next. */
async function settlePage(
  parts: PageCallParts,
  adapter: ChannelAdapter,
  marked: Marked,
  outcomes: Outcomes,
): Promise<NotAccepted | null> {
  const callingAt = marked.callingAt.getTime();
  for (const [id, outcome] of outcomes) parts.calls.note(id, callingAt, outcome);
  const repeatable = [...outcomes].filter(([, outcome]) => isRepeatable(adapter, outcome));
  const told = new Map(outcomes);
  for (const [id] of repeatable) told.delete(id);
  const stopped = await settleCalls(parts, adapter, marked, told);
  for (const [id] of repeatable) parts.calls.forget(id, callingAt);
  if (stopped || repeatable.length === 0) return stopped;
  const asked = repeatable.map(([, outcome]) =>
    'retryAfterMs' in outcome ? (outcome.retryAfterMs ?? 0) : 0,
  );
  return { kind: 'not-accepted', retryAfterMs: Math.max(...asked) || null, detail: 'no clear answer came' };
}

/** The permits stand before the commit: if its answer is lost, this process still knows that nobody called. */
async function mark(
  parts: PageCallParts,
  messages: readonly Outbound[],
  doubts: PageCalls['doubts'],
): Promise<Marked> {
  const callingAt = parts.clock.now();
  const ids = messages.map(({ deliveryId }) => deliveryId);
  for (const id of ids) parts.calls.permit(id, callingAt.getTime(), doubts.has(id));
  const ours = await markCalls(parts.database.sql, { ids, doubts }, callingAt);
  for (const id of ids) {
    if (!ours.ids.has(id)) parts.calls.forget(id, callingAt.getTime());
    else if (doubts.has(id)) doubts.set(id, callingAt);
  }
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

/** Certainly not taken: what is called of them is marked anew before. What was in doubt before stays marked. */
async function unmark(
  parts: PageCallParts,
  { callingAt, messages }: Marked,
  doubts: PageCalls['doubts'],
): Promise<void> {
  const ids = messages.map(({ deliveryId }) => deliveryId).filter((id) => !doubts.has(id));
  for (const id of ids) parts.calls.permit(id, callingAt.getTime());
  await clearCalls(parts.database.sql, { ids, callingAt, verdict: null });
  for (const id of ids) parts.calls.forget(id, callingAt.getTime());
}

async function callBatch(batch: ChannelBatch, { messages }: Marked): Promise<Outcomes> {
  const outcome = await orInDoubt(() => batch.send(messages));
  return new Map(messages.map(({ deliveryId }) => [deliveryId, outcome]));
}

async function callEach(
  { secret }: PageCallParts,
  adapter: ChannelAdapter,
  { messages }: Marked,
): Promise<Outcomes> {
  const outcomes = await Promise.all(
    messages.map(async (message) =>
      withRefusedAddress(await orInDoubt(() => adapter.send(message)), message.to, secret),
    ),
  );
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

/**
 * A refused batch in parts that are asked about anew: those whom the provider names each alone, the others together; or
 * its halves. Null when there is no more to find out, because one stands alone or all are refused for the same.
 */
function partsOf(messages: readonly Outbound[], outcomes: Outcomes): Outbound[][] | null {
  const [first] = outcomes.values();
  if (messages.length < 2 || first?.kind !== 'refused' || first.about === 'all') return null;
  const named = new Set(first.about);
  const rest = messages.filter((_, place) => !named.has(place));
  if (rest.length === messages.length) return halves(messages);
  const alone = messages.filter((_, place) => named.has(place)).map((one) => [one]);
  return rest.length === 0 ? alone : [rest, ...alone];
}

/** Whether a call that ended so is left as it is, because its provider knows the delivery: whoever comes next repeats it. */
export function isRepeatable({ idempotent }: ChannelAdapter, outcome: CallOutcome): boolean {
  return outcome.kind === 'unknown' && !outcome.refusal && idempotent !== undefined;
}

/** Writes what is known of some calls. If the database is away, the next attempt finds it in this process. */
export async function settleCalls(
  parts: PageCallParts,
  { channel }: Pick<ChannelAdapter, 'channel'>,
  { callingAt }: Pick<Marked, 'callingAt'>,
  outcomes: Outcomes,
): Promise<NotAccepted | null> {
  const { clock, calls } = parts;
  const { sql } = parts.database;
  const at = clock.now();
  const turned = await turnOn(parts, { channel, callingAt }, outcomes);
  const left = [...outcomes].filter(([id]) => !turned.has(id));
  const told = left.map(([deliveryId, outcome]) => ({
    outcome,
    news: newsOf({ deliveryId, channel, callingAt, at }, outcome),
  }));
  const refused = suppressedBy(
    parts,
    channel,
    left.map(([, outcome]) => outcome),
  );
  for (const same of grouped(told, ({ news }) => news.state)) {
    const { state, from } = same[0]!.news;
    const only = { ...(from ? { from } : {}), ...(state === 'failed' ? { callingAt } : {}) };
    const raised = { state, ...only, news: same.map(({ news }) => pageNewsOf(news)) };
    if (state !== 'failed' || refused.length === 0) await raisePage(sql, raised);
    else
      await sql.begin(async (tx) => {
        await raisePage(tx, raised);
        await suppress(tx, refused);
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

/** Those whom calls found not to be reached turn to the next channel, if there is one. */
async function turnOn(
  parts: PageCallParts,
  { channel, callingAt: was }: { channel: Channel; callingAt: Date },
  outcomes: Outcomes,
): Promise<ReadonlySet<string>> {
  const { database, clock, next } = parts;
  const at = clock.now();
  const unreached = [...outcomes].flatMap(([id, outcome]) =>
    isAgainstChannel(outcome) ? [{ id, outcome, verdict: unreachedOn(channel, at, outcome) }] : [],
  );
  if (next === null || unreached.length === 0) return new Set();
  const refused = suppressedBy(
    parts,
    channel,
    unreached.map(({ outcome }) => outcome),
  );
  const turned = new Set<string>();
  await database.sql.begin(async (tx) => {
    for (const same of grouped(unreached, ({ verdict }) => verdict.words)) {
      const turning = { ids: same.map(({ id }) => id), was, next, verdict: same[0]!.verdict };
      for (const id of await turnToNext(tx, turning)) turned.add(id);
    }
    await suppress(tx, refused);
  });
  if (turned.size > 0) parts.onTurned?.();
  return turned;
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
