import type { Sql, TransactionSql } from 'postgres';
import type { DeliveryState, Verdict } from '../../domain/delivery.ts';
import { onsiteChannel } from './onsite-place.ts';
import { raiseDelivery } from './raise-delivery.ts';
import { keptVerdict } from './said-of-nobody.ts';

/** What a page says of a message: it stands there, its link was followed, it was closed. */
export const onsiteDeeds = ['shown', 'clicked', 'dismissed'] as const;
export type OnsiteDeed = (typeof onsiteDeeds)[number];

/** What is learnt of a message that is on somebody's page. */
interface Heard {
  deliveryId: string;
  deed: OnsiteDeed;
  at: Date;
}

/**
 * Keeps what a browser says of a message, if the message is for the customer whom the browser is of now; false if it is
 * not. Whoever could click or close it saw it, so that each makes the delivery `delivered`; said again it changes
 * nothing. The other pages of the customer are told.
 */
export async function hearOnsite(sql: Sql, heard: Heard & { anonymousId: string }): Promise<boolean> {
  return sql.begin(async (tx) => {
    // The delivery first, as everybody who locks both.
    const [found] = await tx<{ customerId: string }[]>`
      select m.customer_id as "customerId"
      from onsite_messages m join deliveries d on d.id = m.delivery_id
      join customer_ids i on i.customer_id = m.customer_id and i.kind = 'anonymous'
        and i.external_id = ${heard.anonymousId}
      where m.delivery_id = ${heard.deliveryId} for update of d`;
    if (!found) return false;
    const wasNew = await markMessage(tx, heard);
    if (wasNew === null) return false;
    await raiseDelivery(tx, {
      deliveryId: heard.deliveryId,
      state: 'delivered',
      verdict: verdictOf(heard, 'it was shown on the page'),
    });
    if (wasNew) await markDelivery(tx, heard);
    await tx`select pg_notify(${onsiteChannel}, ${found.customerId})`;
    return true;
  });
}

/** Whether it is news; null when the message is gone, its visit over in this moment. */
async function markMessage(tx: TransactionSql, { deliveryId, deed, at }: Heard): Promise<boolean | null> {
  const column = tx(`${deed}_at`);
  const [row] = await tx<{ isNew: boolean }[]>`
    update onsite_messages m set
      shown_at = coalesce(m.shown_at, ${at}),
      clicked_at = case when ${deed === 'clicked'} then coalesce(m.clicked_at, ${at}) else m.clicked_at end,
      dismissed_at = case when ${deed === 'dismissed'} then coalesce(m.dismissed_at, ${at}) else m.dismissed_at end
    from (select ${column} is null as "isNew" from onsite_messages where delivery_id = ${deliveryId}) was
    where m.delivery_id = ${deliveryId} returning was."isNew"`;
  return row?.isNew ?? null;
}

/** A click is a mark beside the state; that it was closed is a word in the story. */
async function markDelivery(tx: TransactionSql, heard: Heard): Promise<void> {
  const { deliveryId, deed, at } = heard;
  if (deed === 'clicked')
    await tx`update deliveries set clicked_at = coalesce(clicked_at, ${at}) where id = ${deliveryId}`;
  if (deed !== 'dismissed') return;
  const verdict = tx`${tx.json(verdictOf(heard, 'the visitor closed it') as never)}::jsonb`;
  await tx`update deliveries d set verdicts = verdicts || ${keptVerdict(tx, verdict)} where id = ${deliveryId}`;
}

function verdictOf({ at }: Heard, words: string): Verdict {
  const state: DeliveryState = 'delivered';
  return { at: at.toISOString(), channel: 'onsite', state, reason: null, words: `${state}: ${words}` };
}
