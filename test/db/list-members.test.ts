import { expect, test } from 'vitest';
import { countMembers } from '../../src/db/queries/count-members.ts';
import { listMembers, membersQuery } from '../../src/db/queries/list-members.ts';
import { testDatabase } from '../support/database.ts';

const idOf = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

test('members are those of the generation that counts, page by page, each page along an index', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`insert into segments (name, definition, generation) values ('many', 'x', 2), ('other', 'x', 1)`;
  const fill = (segment: string, generation: number, isMember: boolean, from: number, to: number) => sql`
    insert into memberships (segment, generation, customer_id, is_member, since)
    select ${segment}, ${generation}, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, ${isMember},
      '2026-05-01T00:00:00Z'
    from generate_series(${from}::int, ${to}::int) n`;
  await fill('many', 2, true, 1, 20_000);
  await fill('many', 2, false, 20_001, 20_010);
  await fill('many', 1, true, 30_001, 30_010);
  await fill('other', 1, true, 19_990, 40_000);
  await sql`analyze memberships, segments`;
  const ids = async (after: number | null, limit: number) =>
    (await listMembers(sql, 'many', { after: after === null ? null : idOf(after), limit })).map(
      ({ id }) => id,
    );
  expect(await ids(null, 2)).toEqual([idOf(1), idOf(2)]);
  expect(await ids(2, 2)).toEqual([idOf(3), idOf(4)]);
  expect(await ids(19_998, 5)).toEqual([idOf(19_999), idOf(20_000)]);
  expect(await countMembers(sql, ['many', 'nobody-keeps-this'])).toEqual(new Map([['many', 20_000]]));
  const plan = await sql<{ 'QUERY PLAN': string }[]>`
    explain (analyze, timing off) ${membersQuery(sql, 'many', { after: idOf(10_000), limit: 10 })}`;
  const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(lines).toMatch(/Index (Only )?Scan using memberships_\w+ on memberships m .*actual rows=10\b/);
  expect(lines).not.toContain('Sort Key: m.customer_id');
});
