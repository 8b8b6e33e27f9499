import type { TransactionSql } from 'postgres';
import type { Clock } from '../../src/clock.ts';
import { customersWithNumber } from '../../src/db/queries/customers-with-number.ts';
import { insertConsentsOfAll, type NewConsent } from '../../src/db/queries/insert-consents.ts';
import { liftSuppressions } from '../../src/db/queries/lift-suppressions.ts';
import { suppress } from '../../src/db/queries/suppress.ts';
import { wordsByStop } from '../../src/db/queries/words-by-stop.ts';
import { addressHash, calledAddress } from '../../src/domain/address-hash.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { cutText } from '../../src/domain/cut-text.ts';
import type { SuppressionReason } from '../../src/domain/suppression.ts';
import type { TraitChannel } from '../../src/domain/task-queues.ts';
import { newId } from '../../src/ids.ts';

/** A word that came from an address. */
export interface SaidWord {
  word: 'stop' | 'start';
  channel: TraitChannel;
  /** As it came. */
  address: string;
  source: string;
  /** What they wrote: kept with the consent. */
  wording?: string;
  at: Date;
}

interface Heeding {
  tx: TransactionSql;
  clock: Clock;
  said: SaidWord;
  /** As a channel calls it. */
  address: string;
  hash: string;
}

/**
 * Does what somebody asks who writes STOP or START, in the caller's transaction.
 *
 * A STOP from a number covers text messages and WhatsApp of it: it is suppressed there whoever has it, also when nobody
 * does, and each customer with it refuses both, in the words that came. A STOP by e-mail unsubscribes the address; what
 * is owed still goes there.
 *
 * A START takes back what such a STOP did and nothing else: no bounce, no complaint, nothing that an operator or they
 * themselves said elsewhere. Who had agreed before the STOP agrees again; on the channel it came by everybody does.
 */
export async function heedOptWord(
  tx: TransactionSql,
  { clock, secret }: { clock: Clock; secret: string },
  said: SaidWord,
): Promise<void> {
  const address = calledAddress(said.channel, said.address);
  if (address === null) return;
  const of = { tx, clock, said, address, hash: addressHash(address, secret) };
  await (said.word === 'stop' ? stop(of) : start(of));
}

/** What the word is about: which channels, and what it makes of the address there. */
function about({ channel }: SaidWord): { channels: readonly TraitChannel[]; reason: SuppressionReason } {
  return channel === 'email'
    ? { channels: ['email'], reason: 'unsubscribed' }
    : { channels: ['sms', 'whatsapp'], reason: 'stopped' };
}

async function stop(of: Heeding): Promise<void> {
  const { tx, clock, said, hash } = of;
  const { channels, reason } = about(said);
  const customerIds = await customersAt(of);
  await say(
    of,
    customerIds.flatMap((customerId) =>
      channels.map((channel) => ({ customerId, channel, state: 'denied' as const })),
    ),
  );
  const { source, at } = said;
  const rows = channels.map((channel) => ({ channel, addressHash: hash, reason, source, at }));
  await suppress(
    tx,
    rows.map((row) => ({ ...row, id: newId(clock) })),
  );
}

async function start(of: Heeding): Promise<void> {
  const { tx, said, hash } = of;
  const { channels, reason } = about(said);
  const customerIds = await customersAt(of);
  const stopped = await wordsByStop(tx, { customerIds, channels, source: consentSource(said) });
  const again = stopped.filter(({ channel, before }) => channel === said.channel || before === 'granted');
  await say(
    of,
    again.map(({ customerId, channel }) => ({ customerId, channel, state: 'granted' as const })),
  );
  await liftSuppressions(
    tx,
    // An address may also have been unsubscribed by its owner elsewhere: that stays.
    {
      addressHash: hash,
      channels,
      reasons: [reason],
      source: reason === 'unsubscribed' ? said.source : null,
    },
    { by: consentSource(said), why: 'START came from there', at: said.at },
  );
}

/** Who has the number, by id. A mail refuses nothing but offers, so it is no word on the channel. */
async function customersAt({ tx, said: { channel }, address }: Heeding): Promise<string[]> {
  if (channel === 'email') return [];
  const found = await customersWithNumber(tx, address);
  return found
    .filter(({ stated }) => calledAddress(channel, stated) === address)
    .map(({ customerId }) => customerId);
}

/** Tells a word that came as a reply from others of the same provider's. */
const consentSource = ({ source }: SaidWord) => `${source} reply`;

async function say(
  { tx, clock, said }: Heeding,
  words: readonly Pick<NewConsent, 'customerId' | 'channel' | 'state'>[],
): Promise<void> {
  if (words.length === 0) return;
  const { wording = '', at } = said;
  const written = cutText(wording.replaceAll('\0', ''), bounds.wordingLength);
  const rows = words.map((word) => ({
    ...word,
    id: newId(clock),
    source: consentSource(said),
    wording: written === '' ? null : written,
    at,
  }));
  await insertConsentsOfAll(
    tx,
    words.map(({ customerId }) => customerId),
    rows,
    at,
  );
}
