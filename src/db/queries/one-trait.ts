import type { ISql } from 'postgres';
import type { Trait } from '../schema/index.ts';

/** A trait of a customer by its name, if they have it. */
export async function oneTrait(sql: ISql, customerId: string, name: string): Promise<Trait | null> {
  const rows = await sql<{ trait: Trait | null }[]>`
    select traits -> ${name}::text as trait from customers where id = ${customerId}`;
  return rows[0]?.trait ?? null;
}
