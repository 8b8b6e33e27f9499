import { createChannelActivities, type ChannelActivityParts } from '../../activities/send.ts';
import type { CallOutcome, ChannelAdapter, Outbound } from '../../activities/channels/channel.ts';
import type { SendAnswer, SendInput } from '../../activities/contract.ts';
import { createClock, type Clock } from '../../src/clock.ts';
import { consents, customerIds, customers, deliveries, runs } from '../../src/db/schema/index.ts';
import type { JourneyDefinition } from '../../src/define/journey.ts';
import { message, type MessageType } from '../../src/define/message.ts';
import { spanMs, type Span } from '../../src/domain/span.ts';
import type { Channel } from '../../src/domain/task-queues.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { newId } from '../../src/ids.ts';
import type { TestDatabase } from './database.ts';
import { databaseOfFile } from './file-database.ts';
import { channelsOf } from './channels-of.ts';
import { testJourney } from './test-journey.ts';

export { testJourney } from './test-journey.ts';

/** A channel that keeps what it is given and answers what the test says. */
export interface TestChannel extends ChannelAdapter {
  sent: Outbound[];
  answer: (message: Outbound) => CallOutcome | Promise<CallOutcome>;
}

/** The gate on a real database, with a clock that the test moves and channels that it answers for. */
export interface Sending extends AsyncDisposable {
  database: TestDatabase;
  clock: Clock;
  pass(span: Span): void;
  channels: Record<Channel, TestChannel>;
  /** Another worker's process: the same database and providers, no memory in common. */
  worker(parts?: Partial<ChannelActivityParts>): (input: SendInput) => Promise<SendAnswer>;
  send(input: SendInput): Promise<SendAnswer>;
  ledger(): Promise<(typeof deliveries.$inferSelect)[]>;
}

export const nudge = message<{ items?: unknown }>({
  name: 'nudge',
  purpose: 'help',
  channels: ['email', 'sms'],
});
export const offer = message<object>({ name: 'offer', purpose: 'offer', channels: ['email', 'sms'] });
export const receipt = message<object>({ name: 'receipt', purpose: 'transactional', channels: ['email'] });
/** What keys the hashes of addresses. */
export const testSecret = 'secret of the test';

/** About something that customers may refuse by itself. */
export const news = message<object>({ name: 'news', purpose: 'offer', channels: ['email'], topic: 'news' });
export const testMessages: MessageType<unknown>[] = [nudge, offer, receipt, news];

const fileDatabase = databaseOfFile();

async function empty({ sql }: TestDatabase): Promise<void> {
  await sql`truncate customers, customer_ids, consents, runs, deliveries, unrouted, settings, contacts, carts,
    codes, memberships, segments, products, order_lines, recommendations, stock, suppressions`;
}

export async function startSending(
  definitions: JourneyDefinition[] = [testJourney('cart')],
  parts: Partial<ChannelActivityParts> = {},
): Promise<Sending> {
  const database = await fileDatabase();
  let nowMs = Date.parse('2026-03-02T18:00:00Z');
  const clock = createClock(realTime, () => nowMs);
  const channels = channelsOf((channel) => testChannel(channel));
  const worker: Sending['worker'] = (over) => {
    const given = {
      database,
      clock,
      definitions,
      channels,
      secret: testSecret,
      messages: testMessages,
      render,
      ...parts,
      ...over,
    };
    const activities = createChannelActivities({ attempt: () => 1, abort: () => undefined, ...given });
    return (input) => activities.sendMessage(input);
  };
  return {
    database,
    clock,
    pass: (span) => (nowMs += spanMs(span)),
    channels,
    worker,
    send: worker(),
    ledger: () => database.db.select().from(deliveries).orderBy(deliveries.at, deliveries.id),
    [Symbol.asyncDispose]: () => empty(database),
  };
}

function testChannel(channel: Channel): TestChannel {
  const sent: Outbound[] = [];
  const made: TestChannel = {
    channel,
    sent,
    answer: () => ({ kind: 'accepted', providerId: `${channel}-${sent.length}` }),
    send: async (message) => {
      sent.push(message);
      return made.answer(message);
    },
  };
  return made;
}

function render({ message, data }: { message: MessageType<unknown>; data: Record<string, unknown> }) {
  // Another in every delivery.
  const { unsubscribeUrl: _, ...given } = data;
  return { text: `${message.name} ${JSON.stringify(given)}` };
}

export interface TestCustomer {
  email?: unknown;
  phone?: unknown;
  consents?: Partial<Record<Channel, 'granted' | 'denied'>>;
  armKey?: string;
}

/** A customer: with address and consent for e-mail unless told otherwise. */
export async function addCustomer({ database, clock }: Sending, wanted: TestCustomer = {}): Promise<string> {
  const [id, at] = [newId(clock), clock.now()];
  const given = { email: 'ada@example.test', consents: { email: 'granted' as const }, ...wanted };
  const trait = (value: unknown) => ({ value, origin: 'stated' as const, at: at.toISOString() });
  const traits = {
    ...(given.email === undefined ? {} : { email: trait(given.email) }),
    ...(given.phone === undefined ? {} : { phone: trait(given.phone) }),
  };
  await database.db.insert(customers).values({ id, armKey: given.armKey ?? id, traits, createdAt: at });
  await database.db
    .insert(customerIds)
    .values({ kind: 'user', externalId: `user-${id}`, customerId: id, at });
  for (const [channel, state] of Object.entries(given.consents)) {
    const consent = { id: newId(clock), customerId: id, channel, state, source: 'test', at };
    await database.db.insert(consents).values(consent);
  }
  return id;
}

/** An open run of a journey for a customer, and what it asks when it sends. */
export async function addRun(
  { database, clock }: Pick<Sending, 'database' | 'clock'>,
  customerId: string,
  { name = 'cart', key = '' } = {},
): Promise<{ runId: string; ask: (over?: Partial<SendInput>) => SendInput }> {
  const [id, at] = [newId(clock), clock.now()];
  const first = { at: at.getTime(), device: null };
  const row = { id, name, version: 1, customerId, key: key || id, n: 1, workflowId: `${name}/${id}`, first };
  await database.db
    .insert(runs)
    .values({ ...row, carries: {}, settings: {}, openedAt: at, lastActivityAt: at });
  return {
    runId: id,
    ask: (over = {}) => ({
      runId: id,
      message: 'nudge',
      nth: 1,
      channel: 'email',
      data: {},
      askedAt: 0,
      ...over,
    }),
  };
}
