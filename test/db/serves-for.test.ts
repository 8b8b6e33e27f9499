import { expect, test } from 'vitest';
import { loadSubstituteFacts, ruleValues, servesFor } from '../../src/db/queries/serves-for.ts';
import { upsertProducts } from '../../src/db/queries/upsert-products.ts';
import { isSubstitute, type SubstituteRule } from '../../src/domain/substitutes.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver } from '../support/routing.ts';

test('the database says of every pair of products what the rule says', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, []);
  const skus = Array.from({ length: 24 }, (_, n) => `p${n}`);
  const products = skus.map((sku, n) => ({
    ...{ sku, productId: null, title: sku, priceMinor: 900 + 50 * (n % 7), currency: n % 11 ? 'EUR' : 'USD' },
    ...{ category: n % 5 ? `c${n % 3}` : null, substitutes: n % 4 ? [] : [`p${(n + 3) % 24}`, 'unknown'] },
    ...{ url: null, imageUrl: null, rating: null, reviews: [] },
  }));
  await sql.begin((tx) => upsertProducts(tx, products, routing.clock.now()));
  // A report beats the catalogue.
  await routing.acceptAndRoute({
    ...{ kind: 'universal', name: 'price.changed', source: 's', subject: 'p1' },
    properties: { priceMinor: 1_200, currency: 'EUR' },
  });
  const facts = await sql.begin((tx) => loadSubstituteFacts(tx, [...skus, 'unknown']));
  expect(facts.get('p1')).toMatchObject({ priceMinor: 1_200 });
  const rules: SubstituteRule[] = [
    { named: true, else: { sameCategory: true, priceWithin: 0.1 } },
    { named: false, else: { sameCategory: true, priceWithin: 0.3 } },
    { named: true, else: false },
  ];
  let found = 0;
  for (const rule of rules) {
    const rows = await sql<{ waited: string; bought: string; serves: boolean }[]>`
      select w as waited, b as bought,
        ${servesFor(sql, { waited: sql`w`, bought: sql`b`, rule: ruleValues(sql, rule) })} as serves
      from unnest(${[...skus, 'unknown']}::text[]) w, unnest(${[...skus, 'unknown']}::text[]) b`;
    for (const { waited, bought, serves } of rows) {
      const expected = isSubstitute(rule, facts.get(waited), { sku: bought, facts: facts.get(bought) });
      expect(serves, `${bought} for ${waited}, ${JSON.stringify(rule)}`).toBe(expected);
      if (serves) found += 1;
    }
  }
  expect(found).toBeGreaterThan(50);
});
