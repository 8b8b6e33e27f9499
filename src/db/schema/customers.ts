import { sql } from 'drizzle-orm';
import { boolean, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** Where a trait comes from; an earlier one of this list is never overwritten by a later one. */
export const traitOrigins = ['stated', 'observed', 'bought-in'] as const;
export type TraitOrigin = (typeof traitOrigins)[number];

export interface Trait {
  value: unknown;
  origin: TraitOrigin;
  /** ISO 8601, Kairos's time. */
  at: string;
}

/** One person, known or anonymous. */
export const customers = pgTable(
  'customers',
  {
    id: uuid('id').primaryKey(),
    /** What the holdout hashes: at first a keyed hash of the id in the customer's first event. */
    armKey: text('arm_key').notNull(),
    traits: jsonb('traits').$type<Record<string, Trait>>().notNull().default({}),
    /** Traits that were taken away: as null, when and by whose word, so that an older value which comes late does not bring one back. */
    withdrawnTraits: jsonb('withdrawn_traits').$type<Record<string, Trait>>().notNull().default({}),
    /** Set when this customer was joined to another, who has everything since. */
    mergedInto: uuid('merged_into'),
    /** The persona they have; null: the last of the list, which matches all. */
    persona: text('persona'),
    /** Set when the person was erased: the row stays without anything of theirs, for what was counted of it. */
    erasedAt: moment('erased_at'),
    /** When the last of what was theirs was gone, here and from Temporal; null while it is being taken away. */
    forgottenAt: moment('forgotten_at'),
    /** Two exposed customers of different arms were joined: left out of reports, counted beside them. */
    crossed: boolean('crossed').notNull().default(false),
    createdAt: moment('created_at').notNull(),
  },
  (t) => [
    index('customers_merged')
      .on(t.mergedInto)
      .where(sql`merged_into is not null`),
    /** Who is nobody any more: what asks everybody leaves them out without reading everybody's row. */
    index('customers_gone')
      .on(t.id)
      .where(sql`merged_into is not null or erased_at is not null`),
    /** Who has an address, for what comes from there: an e-mail address in lower case, a number by its digits. What is too long for one is none, and too long for an index. */
    index('customers_email')
      .on(sql`lower(btrim(traits #>> '{email,value}'))`)
      .where(sql`length(traits #>> '{email,value}') <= 300`),
    index('customers_phone')
      .on(sql`regexp_replace(traits #>> '{phone,value}', '\\D', '', 'g')`)
      .where(sql`length(traits #>> '{phone,value}') <= 100`),
    index('customers_forgetting')
      .on(t.erasedAt)
      .where(sql`erased_at is not null and forgotten_at is null`),
  ],
);

/** Every id under which a customer's events may come. */
export const customerIds = pgTable(
  'customer_ids',
  {
    kind: text('kind').$type<'user' | 'anonymous'>().notNull(),
    externalId: text('external_id').notNull(),
    customerId: uuid('customer_id').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.externalId] }), index('customer_ids_customer').on(t.customerId)],
);
