import type { Sql } from '../connect.ts';
import { bounds } from '../../domain/bounds.ts';

/**
 * Forgets what watches gathered, how their waves went, and who was gathered and not told, when `bounds.waveDays` have
 * passed; so many rows at a time, and says how many those were. What an open run may come back to stays: the gathering
 * and the wave that go on, its last wave, and the gatherings for what it would be told again if it were started anew.
 * Who was told stays for ever, as the ledger does: they are not told again. Runs and what they were told are looked up row
 * by row (`offset 0` keeps it so): left free, PostgreSQL reads all that any run was ever told, every hour.
 */
export async function deleteOldWaves(sql: Sql, now: Date, atOnce = 10_000): Promise<number> {
  const before = new Date(now.getTime() - bounds.waveDays * 86_400_000).toISOString();
  const statements = [
    () => sql`
      delete from gatherings where (run_id, seq) in (
        select g.run_id, g.seq from gatherings g
        where g.at < ${before}::text::timestamptz and not exists (
          select from runs r where r.id = g.run_id and r.state = 'open' and (g.ended_at is null or exists (
            select from dispatches d where d.run_id = g.run_id and d.seq = g.seq offset 0)) offset 0)
        limit ${atOnce})`,
    () => sql`
      delete from waves where (run_id, wave) in (
        select w.run_id, w.wave from waves w
        where w.began_at < ${before}::text::timestamptz and not exists (
          select from runs r where r.id = w.run_id and r.state = 'open' and (w.ended_at is null or not exists (
            select from waves n where n.run_id = w.run_id and n.wave > w.wave)) offset 0)
        limit ${atOnce})`,
    () => sql`
      delete from waiting_entries where id in (
        select e.id from waiting_entries e
        where e.reason = 'over' and e.ended_at < ${before}::text::timestamptz limit ${atOnce})`,
  ];
  let deleted = 0;
  for (const statement of statements) {
    for (let gone = atOnce; gone === atOnce; deleted += gone) gone = (await statement()).count;
  }
  return deleted;
}
