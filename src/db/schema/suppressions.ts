import { sql } from 'drizzle-orm';
import { index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { SuppressionReason } from '../../domain/suppression.ts';
import { moment } from './columns.ts';

/**
 * Addresses that are not written to, whoever has them: kept as a keyed hash, so that they outlive an erasure and name
 * nobody. One that was lifted stays, with the reason.
 */
export const suppressions = pgTable(
  'suppressions',
  {
    id: uuid('id').primaryKey(),
    channel: text('channel').notNull(),
    /** `addressHash` of the address as it is called: an e-mail address in lower case, a number in E.164. */
    addressHash: text('address_hash').notNull(),
    /** An address may be suppressed for several at once: lifting one does not lift the others. */
    reason: text('reason').$type<SuppressionReason>().notNull(),
    /** Who said so: `sendgrid`, `twilio`, `one-click`, `preferences`, `import …`, or what the caller of the API named. */
    source: text('source').notNull(),
    at: moment('at').notNull(),
    liftedAt: moment('lifted_at'),
    /** Who lifted it and why. */
    liftedBy: text('lifted_by'),
    liftedReason: text('lifted_reason'),
  },
  (t) => [
    uniqueIndex('suppressions_one')
      .on(t.addressHash, t.channel, t.reason)
      .where(sql`lifted_at is null`),
    index('suppressions_at').on(t.at, t.id),
    /** What was ever said of an address. */
    index('suppressions_address').on(t.addressHash, t.at),
  ],
);
