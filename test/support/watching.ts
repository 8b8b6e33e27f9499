import type {
  CallOutcome,
  ChannelAdapter,
  ChannelBatch,
  Outbound,
} from '../../activities/channels/channel.ts';
import type { PageActivities, PageInput, WaveEnd } from '../../activities/contract.ts';
import { createPageActivities, type PageActivityParts } from '../../activities/serve-page.ts';
import { createWatchActivities } from '../../activities/watch.ts';
import { createClock, type Clock } from '../../src/clock.ts';
import { deliveries, runs, stock as stockTable, waitingEntries } from '../../src/db/schema/index.ts';
import type { MessageType } from '../../src/define/message.ts';
import type { WatchDefinition } from '../../src/define/watch.ts';
import { spanMs, type Span } from '../../src/domain/span.ts';
import type { Channel } from '../../src/domain/task-queues.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { newId } from '../../src/ids.ts';
import { channelsOf } from './channels-of.ts';
import type { TestDatabase } from './database.ts';
import { databaseOfFile } from './file-database.ts';
import { finishWave } from './finish-wave.ts';
import { back, list, sku, testWatch } from './test-watch.ts';

export { back, list, sku, testWatch } from './test-watch.ts';

/** A channel that keeps each call it is given, and answers what the test says. */
export interface TestChannel extends Omit<ChannelAdapter, 'batch'> {
  batch?: ChannelBatch;
  calls: (readonly Outbound[])[];
  answer: (messages: readonly Outbound[]) => CallOutcome | Promise<CallOutcome>;
}

/** The gate for pages on a real database, with a clock that the test moves and channels that it answers for. */
export interface Watching extends AsyncDisposable {
  database: TestDatabase;
  clock: Clock;
  watch: WatchDefinition;
  runId: string;
  channels: Record<Channel, TestChannel>;
  pass(span: Span): void;
  /** Another worker's process: the same database and providers, no memory in common. */
  worker(parts?: Partial<PageActivityParts>): PageActivities['servePage'];
  page(over?: Partial<PageInput>): PageInput;
  /** What is on the shelf from now on. */
  shelf(units: number): Promise<void>;
  /** People who wait, each a second longer than the next: their customers' ids, longest first. */
  line(count: number, person?: (n: number) => Person): Promise<string[]>;
  /** The next wave from its beginning to its end, page after page as the workflow asks; null when none begins. */
  wave(serve?: PageActivities['servePage']): Promise<WaveEnd | null>;
  ledger(): Promise<(typeof deliveries.$inferSelect)[]>;
  /** Customers who were told, in the order of the line. */
  told(): Promise<string[]>;
}

/** Of the line: with an e-mail address and consent for it unless told otherwise. */
export interface Person {
  email?: string | null;
  phone?: string;
  consents?: Channel[];
  armKey?: string;
}

const fileDatabase = databaseOfFile();

export async function startWatching(
  watch: WatchDefinition = testWatch(),
  over: Partial<Pick<PageActivityParts, 'messages' | 'render'>> = {},
): Promise<Watching> {
  const database = await fileDatabase();
  let nowMs = Date.parse('2026-03-02T18:00:00Z');
  const clock = createClock(realTime, () => nowMs);
  const channels = channelsOf((channel) => testChannel(channel, channel === 'email' ? 1_000 : null));
  const parts = {
    database,
    clock,
    watches: [watch],
    channels,
    secret: 'secret of the test',
    messages: [back],
    render,
    heartbeat: () => {},
    // A page each time that the test asks for one.
    pagesMs: 0,
    ...over,
  };
  const worker: Watching['worker'] = (over) => {
    const given = { attempt: () => 1, abort: () => undefined, ...parts, ...over };
    const activities = createPageActivities(given);
    return (input) => activities.servePage(input);
  };
  const waves = createWatchActivities(parts);
  const runId = newId(clock);
  const at = clock.now();
  const run = {
    id: runId,
    name: watch.name,
    version: 1,
    subject: sku,
    key: '',
    n: 1,
    workflowId: `${watch.name}/${runId}`,
  };
  const first = { at: at.getTime(), device: null };
  await database.db
    .insert(runs)
    .values({ ...run, first, carries: {}, settings: {}, openedAt: at, lastActivityAt: at });
  const made: Watching = {
    database,
    clock,
    watch,
    runId,
    channels,
    pass: (span) => (nowMs += spanMs(span)),
    worker,
    page: (over = {}) => ({
      runId,
      wave: 1,
      message: 'back',
      channel: 'email',
      data: {},
      look: 0,
      askedAt: 0,
      ...over,
    }),
    async shelf(units) {
      const now = clock.now();
      const row = { sku, units, at: now, soldOutAt: units === 0 ? now : null };
      await database.db
        .insert(stockTable)
        .values(row)
        .onConflictDoUpdate({ target: stockTable.sku, set: row });
    },
    line: (count, person = () => ({})) => insertLine(made, count, person),
    wave: (serve = worker()) => serveWave(made, waves, serve),
    ledger: () => database.db.select().from(deliveries).orderBy(deliveries.at, deliveries.id),
    async told() {
      const rows = await database.sql<{ id: string }[]>`
        select d.customer_id as id from deliveries d join waiting_entries e on e.id = d.entry_id
        where d.state in ('accepted', 'unknown') order by e.since, e.id`;
      return rows.map(({ id }) => id);
    },
    [Symbol.asyncDispose]: () => empty(database),
  };
  return made;
}

async function empty({ sql }: TestDatabase): Promise<void> {
  await sql`truncate customers, customer_ids, consents, runs, deliveries, dispatches, unrouted, settings, contacts, waves,
    waiting_entries, stock, order_lines, products, codes, recommendations`;
}

async function serveWave(
  it: Watching,
  waves: ReturnType<typeof createWatchActivities>,
  serve: PageActivities['servePage'],
): Promise<WaveEnd | null> {
  const { runId } = it;
  const [{ last }] = (await it.database.sql`
    select coalesce(max(wave), 0)::int as last from waves where run_id = ${runId}`) as unknown as [
    { last: number },
  ];
  const begun = await waves.beginWave({ runId, wave: last + 1, message: back.name });
  if (begun.kind === 'none') return null;
  const activities = { servePage: serve, endWave: waves.endWave.bind(waves) };
  return finishWave(activities, { runId, wave: begun.wave, message: back });
}

function testChannel(channel: Channel, most: number | null): TestChannel {
  const calls: (readonly Outbound[])[] = [];
  const take = async (messages: readonly Outbound[]) => {
    calls.push(messages);
    return made.answer(messages);
  };
  const made: TestChannel = {
    channel,
    calls,
    answer: () => ({ kind: 'accepted', providerId: `${channel}-${calls.length}` }),
    send: (message) => take([message]),
    ...(most === null ? {} : { batch: { most, send: take } }),
  };
  return made;
}

function render({ message, data }: { message: MessageType<unknown>; data: Record<string, unknown> }) {
  return { text: `${message.name} ${JSON.stringify(data['product'])}` };
}

async function insertLine(
  { database: { sql, db }, clock }: Watching,
  count: number,
  person: (n: number) => Person,
): Promise<string[]> {
  const at = clock.now().toISOString();
  const people = Array.from({ length: count }, (_, n) => {
    const { email = `p${n}@shop.example`, phone, consents = ['email'], armKey } = person(n);
    const id = newId(clock);
    const trait = (value: unknown) => ({ value, origin: 'stated', at });
    const traits = {
      ...(email === null ? {} : { email: trait(email) }),
      ...(phone === undefined ? {} : { phone: trait(phone) }),
    };
    return { id, arm_key: armKey ?? id, traits, consents };
  });
  await sql`
    insert into customers (id, arm_key, traits, created_at)
    select id, arm_key, traits, ${at}::timestamptz
    from jsonb_to_recordset(${sql.json(people as never)}) as p (id uuid, arm_key text, traits jsonb)`;
  await sql`
    insert into customer_ids (kind, external_id, customer_id, at)
    select 'user', 'user-' || id, id, ${at}::timestamptz from jsonb_to_recordset(${sql.json(people as never)}) as p (id uuid)`;
  const consents = people.flatMap((one) =>
    one.consents.map((channel) => ({ id: newId(clock), customer_id: one.id, channel })),
  );
  await sql`
    insert into consents (id, customer_id, channel, state, source, at)
    select id, customer_id, channel, 'granted', 'test', ${at}::timestamptz
    from jsonb_to_recordset(${sql.json(consents)}) as c (id uuid, customer_id uuid, channel text)`;
  const start = clock.now().getTime() - count * 1_000;
  const entries = people.map(({ id }, n) => ({
    ...{ id: newId(clock), list, customerId: id, sku, state: 'waiting' as const },
    since: new Date(start + n * 1_000),
  }));
  for (let n = 0; n < entries.length; n += 5_000) {
    await db.insert(waitingEntries).values(entries.slice(n, n + 5_000));
  }
  return people.map(({ id }) => id);
}
