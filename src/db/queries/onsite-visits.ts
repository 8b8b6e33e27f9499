import type { Sql, TransactionSql } from 'postgres';
import type { Verdict } from '../../domain/delivery.ts';
import { raisePage } from './page-calls.ts';

/** Which visits are over, and whose. Times are Kairos's. */
export interface VisitsOver {
  at: Date;
  /** Over is the visit of whom nobody has seen since. */
  thereSince: Date;
  /** Only of whom this browser is of; anybody's if not said. */
  anonymousId?: string;
  limit: number;
}

/**
 * Takes away the messages of visits that are over, and those that have stood too long, at most `limit`; says how many.
 * What nobody saw has failed as `not-shown`. What was shown is as it is.
 */
export async function endOnsiteVisits(sql: Sql, over: VisitsOver): Promise<number> {
  return sql.begin(async (tx) => {
    const found = await tx<{ id: string }[]>`
      select d.id from deliveries d where d.id = any(array(
        select m.delivery_id from onsite_messages m where ${isOver(tx, over)} order by m.delivery_id limit ${over.limit}))
      order by d.id for update skip locked`;
    if (found.length === 0) return 0;
    const gone = await tx<{ id: string; isShown: boolean; isOld: boolean }[]>`
      delete from onsite_messages m
      where m.delivery_id = any(${found.map(({ id }) => id)}::uuid[]) and ${isOver(tx, over)}
      returning m.delivery_id as id, m.shown_at is not null as "isShown", m.expires_at <= ${over.at} as "isOld"`;
    const news = gone
      .filter(({ isShown }) => !isShown)
      .map(({ id, isOld }) => ({ id, verdict: verdictOf(over.at, isOld), providerCode: 'not-shown' }));
    await raisePage(tx, { state: 'failed', news });
    return gone.length;
  });
}

function isOver(tx: TransactionSql, { at, thereSince, anonymousId }: VisitsOver) {
  const whose =
    anonymousId === undefined
      ? tx`true`
      : tx`m.customer_id in (
          select customer_id from customer_ids where kind = 'anonymous' and external_id = ${anonymousId})`;
  return tx`${whose} and (m.expires_at <= ${at} or not exists (
    select from customer_ids i, lateral (
      select from onsite_streams s where s.anonymous_id = i.external_id and s.there_until > ${thereSince} offset 0) s
    where i.customer_id = m.customer_id and i.kind = 'anonymous'))`;
}

function verdictOf(at: Date, isOld: boolean): Verdict {
  const why = isOld ? 'it stood too long before the visitor saw it' : 'the visit ended before it was shown';
  return {
    at: at.toISOString(),
    channel: 'onsite',
    state: 'failed',
    reason: null,
    words: `failed: not-shown — ${why}`,
  };
}
