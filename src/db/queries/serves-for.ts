import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import type { SubstituteFacts, SubstituteRule } from '../../domain/substitutes.ts';
import { priceNow } from './in-force-first.ts';

type Fragment = PendingQuery<Row[]>;

/** A rule as columns or values of a statement: `within` is null where only what is named serves. */
export interface RuleColumns {
  named: Fragment;
  within: Fragment;
}

export const ruleValues = (sql: Sql | TransactionSql, rule: SubstituteRule): RuleColumns => ({
  named: sql`${rule.named}::boolean`,
  within: sql`${rule.else === false ? null : rule.else.priceWithin}::float8`,
});

/** Whether one product serves for another, as `isSubstitute` says it; skus of the statement around it. */
export function servesFor(
  sql: Sql | TransactionSql,
  { waited, bought, rule }: { waited: Fragment; bought: Fragment; rule: RuleColumns },
): Fragment {
  return sql`exists (
    select from products p where p.sku = ${waited} and case
      when ${rule.named} and p.substitutes <> '{}' then ${bought} = any(p.substitutes)
      when ${rule.within} is null or p.category is null then false
      else exists (
        select from (${inForce(sql, waited)}) asked, (${inForce(sql, bought)}) instead
        where instead.category = asked.category and instead.currency = asked.currency
          and abs(instead.price_minor - asked.price_minor) <= ${rule.within} * asked.price_minor) end)`;
}

/** What the rule looks at, of the products among some skus that the catalogue has; by sku. */
export async function loadSubstituteFacts(
  tx: TransactionSql,
  skus: readonly string[],
): Promise<Map<string, SubstituteFacts>> {
  if (skus.length === 0) return new Map();
  const rows = await tx<SubstituteFacts[]>`
    select f.sku, f.substitutes, f.category, f.price_minor::float8 as "priceMinor", f.currency
    from unnest(${[...new Set(skus)]}::text[]) as a (sku), lateral (${inForce(tx, tx`a.sku`)}) f`;
  return new Map(rows.map((row) => [row.sku, row]));
}

/** `offset 0` keeps it at one look for each sku. */
const inForce = (sql: Sql | TransactionSql, sku: Fragment): Fragment => sql`
  select p.sku, p.substitutes, p.category, coalesce(n.price_minor, p.price_minor) as price_minor,
    coalesce(n.currency, p.currency) as currency
  from products p left join lateral (${priceNow(sql, sql`p.sku`)}) n on true where p.sku = ${sku} offset 0`;
