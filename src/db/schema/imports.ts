import { bigint, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

type ImportKind =
  'customers' | 'events' | 'orders' | 'exposures' | 'suppressions' | 'products' | 'stock' | 'prices';

/** How far an import has come: in the same commit as what it took, so that it goes on where it stopped. */
export const imports = pgTable('imports', {
  id: uuid('id').primaryKey(),
  /** The name that the caller gave it: the same name again goes on with it. */
  name: text('name').notNull().unique(),
  kind: text('kind').$type<ImportKind>().notNull(),
  /** Lines taken, whatever became of them. */
  lines: bigint('lines', { mode: 'number' }).notNull().default(0),
  accepted: bigint('accepted', { mode: 'number' }).notNull().default(0),
  duplicates: bigint('duplicates', { mode: 'number' }).notNull().default(0),
  rejected: bigint('rejected', { mode: 'number' }).notNull().default(0),
  /** A hash of the lines taken: who goes on with it shows the same file again. */
  digest: text('digest').notNull(),
  beganAt: moment('began_at').notNull(),
  /** When lines of it were last taken. */
  updatedAt: moment('updated_at').notNull(),
  /** When its last line was taken; null while it goes on or was broken off. */
  endedAt: moment('ended_at'),
});
