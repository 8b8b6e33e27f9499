import { pgTable, text } from 'drizzle-orm/pg-core';

/**
 * The zones that this PostgreSQL knows, in lower case, written with every migration: its own view of them reads hundreds
 * of files.
 */
export const timeZones = pgTable('time_zones', { name: text('name').primaryKey() });
