import { sql } from 'drizzle-orm';
import { bigint, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** What was refused, with its reason: at the door, or set aside by routing. Kept 14 days for the operator. */
export const rejections = pgTable(
  'rejections',
  {
    id: uuid('id').primaryKey(),
    at: moment('at').notNull(),
    stage: text('stage').$type<'ingestion' | 'routing'>().notNull(),
    /** Its place in the batch it came in, or its line in the file that was imported. */
    index: integer('index'),
    /** Of a line of an import: its name. */
    import: text('import'),
    code: text('code').notNull(),
    detail: text('detail').notNull(),
    /** The item as it came. */
    item: jsonb('item'),
    /** Of one set aside by routing: its event. */
    eventSeq: bigint('event_seq', { mode: 'number' }),
  },
  (t) => [
    index('rejections_at').on(t.at),
    index('rejections_import')
      .on(t.import, t.id)
      .where(sql`import is not null`),
  ],
);
