import type { TransactionSql } from 'postgres';
import { customersAtAddress, type CustomerAtAddress } from '../../src/db/queries/customers-at-address.ts';
import { anyIdOf } from '../../src/db/queries/find-customer.ts';
import { freshNews } from '../../src/db/queries/fresh-news.ts';
import { insertEvents, type NewEvent } from '../../src/db/queries/insert-events.ts';
import { markDeliveries } from '../../src/db/queries/mark-delivery.ts';
import { calledAddress } from '../../src/domain/address-hash.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { cutText } from '../../src/domain/cut-text.ts';
import { optWord, type OptWord } from '../../src/domain/opt-words.ts';
import { asksForHelp } from '../../src/domain/reply.ts';
import type { TraitChannel } from '../../src/domain/task-queues.ts';
import { messageReplied } from '../../src/events/message-replied.ts';
import { supportRequested } from '../../src/events/support-requested.ts';
import { newId } from '../../src/ids.ts';
import { eventsChannel } from '../../src/db/events-channel.ts';
import { heedOptWord } from '../unsubscribe/opt-out.ts';
import type { HookOutcome } from './hook-counts.ts';
import type { HookDeps } from './take-news.ts';

/** Something that a person wrote to where messages come from. */
export interface Reply {
  provider: 'sendgrid' | 'twilio';
  /** The same when the provider tells of it again. */
  id: string;
  channel: TraitChannel;
  /** The address it came from, as it came. */
  from: string;
  /** Without what it answers to. */
  text: string;
  /** What the provider takes it for, in words that it may have been told: Twilio's Advanced Opt-Out. */
  word?: OptWord | null;
}

/**
 * Takes a reply in one transaction: STOP and START are heeded whoever wrote, and what a customer wrote is an event of
 * theirs, `Message Replied`, with `Support Requested` behind it when it asks for help in other words than those.
 *
 * An address may be several customers' (a household's): it is then of the one who last got a message there, for that is
 * what they answer to; else of the youngest. Nobody's is counted and otherwise forgotten: who wrote is no customer, and
 * an address alone makes none.
 */
export async function takeReply(deps: HookDeps, reply: Reply): Promise<HookOutcome> {
  const { database, clock, counts } = deps;
  const outcome = await database.sql.begin(async (tx): Promise<HookOutcome> => {
    const id = `reply:${reply.provider}:${reply.id}`.replaceAll('\0', '');
    if ((await freshNews(tx, [id], clock.now())).size === 0) return 'repeated';
    const word = reply.word ?? optWord(reply.text);
    const { channel, from: address, provider: source } = reply;
    if (word === 'stop' || word === 'start') {
      await heedOptWord(tx, deps, { word, channel, address, source, wording: reply.text, at: clock.now() });
    }
    const sender = await senderOf(tx, reply);
    const ids = sender === null ? null : await anyIdOf(tx, sender.customerId);
    // Who was erased a moment ago has no id any more.
    if (sender === null || ids === null || (ids.userId ?? ids.anonymousId) === null) return 'unknown-sender';
    if (word === 'stop' && sender.last)
      await markDeliveries(tx, 'unsubscribed', [{ deliveryId: sender.last.deliveryId, at: clock.now() }]);
    await insertEvents(tx, eventsOf(deps, { reply, id, ids, sender, word }));
    await tx`select pg_notify(${eventsChannel}, '')`;
    return 'taken';
  });
  counts.add({ provider: reply.provider, kind: 'reply', outcome });
  return outcome;
}

async function senderOf(tx: TransactionSql, { channel, from }: Reply): Promise<CustomerAtAddress | null> {
  const called = calledAddress(channel, from);
  if (called === null) return null;
  const found = await customersAtAddress(tx, channel, called);
  return found.find(({ stated }) => calledAddress(channel, stated) === called) ?? null;
}

function eventsOf(
  { clock }: HookDeps,
  of: {
    reply: Reply;
    id: string;
    ids: Awaited<ReturnType<typeof anyIdOf>>;
    sender: CustomerAtAddress;
    word: OptWord | null;
  },
): NewEvent[] {
  const { reply, id, ids, sender, word } = of;
  const { channel } = reply;
  const { deliveryId: delivery_id, name: journey, message } = sender.last ?? {};
  const opted = word === 'stop' ? 'out' : word === 'start' ? 'in' : null;
  const answered = { ...(delivery_id && { delivery_id, journey, message }) };
  const context = { reply: { text: cutText(reply.text.replaceAll('\0', ''), bounds.replyLength) } };
  const now = clock.now();
  const common = {
    ...{ kind: 'track' as const, source: null, subject: null, previousId: null, admin: true },
    ...ids,
    ...{ occurredAt: now, receivedAt: now },
  };
  const properties = { channel, ...answered, ...(opted && { opted }) };
  const replied = { ...common, id: newId(clock), messageId: id, name: messageReplied.name };
  const events: NewEvent[] = [{ ...replied, body: { properties, context } }];
  if (opted === null && asksForHelp(reply.text)) {
    const asked = { ...common, id: newId(clock), messageId: `${id}:help`, name: supportRequested.name };
    events.push({ ...asked, body: { properties: { channel, ...answered }, context } });
  }
  return events;
}
