import type { ISql, PendingQuery, Row } from 'postgres';
import type { Scalar, ValueTest } from '../../define/predicate-data.ts';
import { compares } from './evaluate-predicate-window.ts';

type Fragment = PendingQuery<Row[]>;

/** What a test asks of a value in JSON; of one that is not there, unknown. */
export function valueIs(sql: ISql, value: Fragment, test: ValueTest): Fragment {
  switch (test.is) {
    case 'known':
      return sql`${value} is not null`;
    case 'one-of': {
      const among = test.among.map((one) => json(sql, one)).reduce((all, one) => sql`${all}, ${one}`);
      return sql`${value} in (${among})`;
    }
    case 'at-least':
    case 'at-most':
    case 'above':
    case 'below':
      return sql`case when jsonb_typeof(${value}) = 'number' then ${compares(sql, sql`(${value})::numeric`, test)} end`;
  }
}

/** As text first: the driver would write the text of JSON as a text in JSON. */
export const json = (sql: ISql, value: Scalar): Fragment => sql`${JSON.stringify(value)}::text::jsonb`;
