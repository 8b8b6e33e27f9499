import { z } from 'zod';
import { bounds } from '../src/domain/bounds.ts';
import { AppError } from '../src/errors.ts';
import { onlyNamed } from '../src/only-named.ts';
import { parse } from './parse.ts';

const limitError = `expected a whole number from 1 to ${bounds.pageItems}`;

/** A number as a query writes it. What is no such number is refused as it came. */
const limit = z
  .preprocess(
    (text) => (typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : text),
    z.int(limitError).min(1, limitError).max(bounds.pageItems, limitError),
  )
  .default(bounds.pageItemsByDefault)
  .meta({
    ...{ type: 'integer', minimum: 1, maximum: bounds.pageItems },
    description: `${bounds.pageItemsByDefault} when it is not given.`,
  });

/** The parameters that every list takes. */
export const pageParameters = {
  limit,
  cursor: z.string().optional(),
};

/** A page of a list as it is answered, for the description of the API. */
export const listOf = (item: z.ZodType) =>
  z.object({ items: z.array(item), cursor: z.string().nullable().describe('Of the next page; null: none.') });

/** A page of a list as it is answered. */
export interface ListAnswer<Item> {
  items: Item[];
  cursor: string | null;
}

const namePlace = z.tuple([z.string()]).transform(([name]) => name);
/** Where a page ended, for lists ordered by id. */
export const idPlace = z.tuple([z.uuid()]).transform(([id]) => id);
/** The same for lists ordered by time and then id. */
export const timePlace = z
  .tuple([z.iso.datetime(), z.uuid()])
  .transform(([at, id]) => ({ at: new Date(at), id }))
  // Nothing happened before 1970, and PostgreSQL knows no year 0.
  .refine(({ at }) => at.getTime() >= 0);

/** What a list takes that has no more parameters than every list. */
export const pageSchema = onlyNamed(pageParameters);

/** The page of a list that is at hand as a whole, which is ordered, and whose items have names of their own. */
export function namedPage<Item>(
  query: unknown,
  items: readonly Item[],
  nameOf: (item: Item) => string,
): ListAnswer<Item> {
  const { limit, cursor } = parse(pageSchema, query, 'malformed-query');
  const after = readCursor(
    cursor,
    namePlace.refine((name) => items.some((item) => nameOf(item) === name)),
  );
  const start = after === null ? 0 : items.findIndex((item) => nameOf(item) === after) + 1;
  return pageOf(
    items.slice(start),
    limit,
    (item) => item,
    (item) => [nameOf(item)],
  );
}

/** The place a cursor names; null without a cursor. @throws AppError when this kind of list did not make it. */
export function readCursor<Place>(cursor: string | undefined, schema: z.ZodType<Place>): Place | null {
  if (cursor === undefined) return null;
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new AppError('malformed-query', 'cursor: this list did not make it; leave it out to begin anew.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so not a cursor of ours: the schema refuses it.
    return undefined;
  }
}

/** A page of at most `limit` of `rows`, of which one more than that was asked for. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  place: (row: Row) => readonly unknown[],
): ListAnswer<Item> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const cursor = last === undefined ? null : Buffer.from(JSON.stringify(place(last))).toString('base64url');
  return { items: shown.map(item), cursor };
}
