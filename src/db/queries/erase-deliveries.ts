import type { TransactionSql } from 'postgres';

/**
 * Makes the deliveries to some people nobody's. What waits is withheld as `erased`; what was meant to go out and was
 * certainly not taken is cancelled; of a call that is under way only its end will be written. Verdicts keep when, where
 * and which, and lose their words: a provider may have quoted an address. A coupon code that one had stays given, so that
 * nobody gets it again, and is no longer known to be that delivery's.
 */
export async function eraseDeliveries(
  tx: TransactionSql,
  people: readonly string[],
  at: Date,
): Promise<void> {
  await tx`select from deliveries where customer_id = any(${[...people]}::uuid[]) order by id for update`;
  await tx`
    update deliveries d set
      anonymous = true,
      provider_id = null,
      held_until = null,
      state = coalesce(s.becomes, d.state),
      reason = case when s.becomes is null then d.reason else 'erased' end,
      -- The time of a would-send stays.
      at = case d.state when 'waiting' then ${at}::timestamptz else d.at end,
      verdicts = ${plainVerdicts(tx)} || case when s.becomes is null then '[]'::jsonb
        else jsonb_build_array(jsonb_build_object('at', ${at.toISOString()}::text, 'channel', d.channel,
          'state', s.becomes, 'reason', 'erased', 'words', s.becomes || ': erased — the customer was erased')) end
    from (
      select id, case when state = 'waiting' then 'withheld'
                      when state = 'intended' and calling_at is null then 'cancelled' end as becomes
      from deliveries where customer_id = any(${[...people]}::uuid[])) s
    where d.id = s.id`;
  await tx`
    update codes c set delivery_id = gen_random_uuid() from deliveries d
    where c.delivery_id = d.id and d.customer_id = any(${[...people]}::uuid[])`;
}

function plainVerdicts(tx: TransactionSql) {
  return tx`coalesce((
    select jsonb_agg(jsonb_build_object('at', v -> 'at', 'channel', v -> 'channel', 'state', v -> 'state',
      'reason', v -> 'reason', 'words', (v ->> 'state') || coalesce(': ' || (v ->> 'reason'), '')) order by place)
    from jsonb_array_elements(d.verdicts) with ordinality as e (v, place)), '[]')`;
}
