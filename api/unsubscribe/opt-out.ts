import type { TransactionSql } from 'postgres';
import type { Clock } from '../../src/clock.ts';
import { liftSuppressions } from '../../src/db/queries/lift-suppressions.ts';
import { suppress } from '../../src/db/queries/suppress.ts';
import { addressHash, calledAddress } from '../../src/domain/address-hash.ts';
import type { TraitChannel } from '../../src/domain/task-queues.ts';
import { newId } from '../../src/ids.ts';

/** A word that came from an address. */
export interface SaidWord {
  word: 'stop' | 'start';
  channel: TraitChannel;
  /** As it came. */
  address: string;
  source: string;
  /** What they wrote. */
  wording?: string;
  at: Date;
}

/** Does what somebody asks who writes STOP or START: their address is not written to there, or is again. */
export async function heedOptWord(
  tx: TransactionSql,
  { clock, secret }: { clock: Clock; secret: string },
  { word, channel, address, source, at }: SaidWord,
): Promise<void> {
  const called = calledAddress(channel, address);
  if (called === null) return;
  const hash = addressHash(called, secret);
  const reason = channel === 'email' ? 'unsubscribed' : 'stopped';
  if (word === 'stop') {
    await suppress(tx, [{ id: newId(clock), channel, addressHash: hash, reason, source, at }]);
    return;
  }
  const of = { addressHash: hash, channels: [channel], reasons: ['stopped', 'unsubscribed'] as const };
  await liftSuppressions(tx, of, { why: `${source} told that they wrote START`, at });
}
