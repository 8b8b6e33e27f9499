import type { Clock } from '../../src/clock.ts';
import type { Database } from '../../src/db/connect.ts';
import { insertRejections } from '../../src/db/queries/rejections.ts';
import { isUnavailable } from '../../src/db/unavailable.ts';
import { bounds, type Bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import type { Log } from '../../src/log.ts';
import { withinTime } from '../within-time.ts';
import { refusedBytes, rejectionOf, type Item, type Refusal } from './item.ts';
import { commitItems, type Outcome } from './shared-commit.ts';

/**
 * Shared commits. Requests put what they read into a queue and wait. One flush at a time takes from its head, commits
 * it in one transaction and answers those requests; meanwhile the next ones gather. So a lone request waits for
 * nobody, and under load many requests share one commit.
 *
 * When the database is away, the flush and everything that waits behind it is refused at once: those clients come
 * back with their message ids, which is harmless however far their first try got.
 */
export interface Ingestion {
  /**
   * Accepts a request's messages; settles after their commit.
   * @throws AppError `too-many` when the queue is full, `unavailable` when the database does not answer.
   */
  submit(items: readonly Item[], refusals: readonly Refusal[]): Promise<Submitted>;
  /** Messages that wait for their commit, those of the flush under way among them. */
  waiting(): number;
  /** What was answered since the start, and the commits that it took. */
  readonly counts: { commits: number; accepted: number; duplicates: number; rejected: number };
  /** Tells of each flush from now on: how many messages it took from the queue, and when its end is known. */
  watch(flushBegan: FlushWatch): void;
}

/** Called when a flush begins; what it gives is called at its end. */
export type FlushWatch = (messages: number) => (outcome: 'committed' | 'failed') => void;

/** What became of a request's messages. */
export interface Submitted {
  accepted: number;
  duplicates: number;
  /** Those refused at the door and those refused by the commit, by index. */
  refusals: Refusal[];
}

interface Waiting {
  items: readonly Item[];
  refusals: readonly Refusal[];
  bytes: number;
  done(submitted: Submitted): void;
  failed(error: unknown): void;
}

interface IngestionOptions {
  database: Database;
  clock: Clock;
  log: Log;
  limits?: Pick<Bounds, 'queueItems' | 'queueBytes' | 'commitItems' | 'commitMs'>;
}

export function createIngestion({ database, clock, log, limits = bounds }: IngestionOptions): Ingestion {
  const counts = { commits: 0, accepted: 0, duplicates: 0, rejected: 0 };
  const queue: Waiting[] = [];
  let held = { items: 0, bytes: 0 };
  let isFlushing = false;
  let flushBegan: FlushWatch = () => () => {};

  function submit(items: readonly Item[], refusals: readonly Refusal[]): Promise<Submitted> {
    const bytes = sumOf([...items.map((item) => item.bytes), ...refusals.map(refusedBytes)]);
    const size = items.length + refusals.length;
    if (held.items + size > limits.queueItems || held.bytes + bytes > limits.queueBytes)
      throw tooMany(limits);
    held = { items: held.items + size, bytes: held.bytes + bytes };
    return new Promise((done, failed) => {
      queue.push({ items, refusals, bytes, done, failed });
      if (!isFlushing) void flushAll();
    });
  }

  async function flushAll(): Promise<void> {
    isFlushing = true;
    while (queue.length > 0) await flush(takeHead(queue, limits.commitItems));
    isFlushing = false;
  }

  async function flush(head: Waiting[]): Promise<void> {
    const flushEnded = flushBegan(head.reduce((sum, waiting) => sum + sizeOf(waiting), 0));
    try {
      const outcomes = await withinTime(commit(head), limits.commitMs + 2_000);
      flushEnded('committed');
      for (const waiting of head) settle(waiting, outcomes);
    } catch (error) {
      flushEnded('failed');
      if (!isUnavailable(error)) log.error({ err: error }, 'a shared commit failed');
      for (const waiting of [...head, ...queue.splice(0)]) fail(waiting, error);
    }
  }

  async function commit(head: Waiting[]): Promise<Map<Item, Outcome>> {
    const items = head.flatMap((waiting) => waiting.items);
    const onCommit = () => (counts.commits += 1);
    const outcomes = await commitItems(database.sql, items, { commitMs: limits.commitMs, onCommit });
    const told = [...refusedBy(outcomes), ...passedOverOf(outcomes)];
    const refused = [...head.flatMap((waiting) => waiting.refusals), ...told];
    await insertRejections(
      database.sql,
      refused.map((refusal) => rejectionOf(refusal, clock)),
    );
    return outcomes;
  }

  function settle(waiting: Waiting, outcomes: Map<Item, Outcome>): void {
    release(waiting);
    const own = new Map(waiting.items.map((item) => [item, outcomes.get(item)!]));
    const refusals = [...waiting.refusals, ...refusedBy(own)].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
    const accepted = [...own.values()].filter((outcome) => outcome === 'accepted').length;
    const duplicates = [...own.values()].filter((outcome) => outcome === 'duplicate').length;
    counts.accepted += accepted;
    counts.duplicates += duplicates;
    counts.rejected += refusals.length;
    waiting.done({ accepted, duplicates, refusals });
  }

  function fail(waiting: Waiting, cause: unknown): void {
    release(waiting);
    const detail =
      'The database does not answer; nothing was promised. Send this again with its message ids.';
    waiting.failed(new AppError('unavailable', detail, { cause }));
  }

  function release({ items, refusals, bytes }: Waiting): void {
    held = { items: held.items - items.length - refusals.length, bytes: held.bytes - bytes };
  }

  return { submit, counts, waiting: () => held.items, watch: (watch) => void (flushBegan = watch) };
}

function tooMany({ queueItems, queueBytes }: Pick<Bounds, 'queueItems' | 'queueBytes'>): AppError {
  const bound = `${queueItems} messages or ${queueBytes} bytes`;
  return new AppError(
    'too-many',
    `The queue for the database is over its bound of ${bound}; send this again.`,
  );
}

/** The oldest requests, at least one, up to `commitItems` messages. */
function takeHead(queue: Waiting[], commitItems: number): Waiting[] {
  let size = 0;
  const end = queue.findIndex((waiting, place) => (size += sizeOf(waiting)) > commitItems && place > 0);
  return queue.splice(0, end === -1 ? queue.length : end);
}

const sizeOf = ({ items, refusals }: Pick<Waiting, 'items' | 'refusals'>) => items.length + refusals.length;

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

/** Of what was accepted all the same. */
function passedOverOf(outcomes: Map<Item, Outcome>): Refusal[] {
  return [...outcomes].flatMap(([{ index, came, passedOver }, outcome]) =>
    outcome === 'accepted' && passedOver ? [{ index, came, ...passedOver }] : [],
  );
}

function refusedBy(outcomes: Map<Item, Outcome>): Refusal[] {
  return [...outcomes].flatMap(([{ index, came }, outcome]) =>
    typeof outcome === 'string' ? [] : [{ index, came, ...outcome }],
  );
}
