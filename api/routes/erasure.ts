import type { Request, Response } from 'express';
import { z } from 'zod';
import { anyIdOf, idKinds, lookUpCustomer, type FoundCustomer } from '../../src/db/queries/find-customer.ts';
import type { NewEvent } from '../../src/db/queries/insert-events.ts';
import { newId } from '../../src/ids.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { customerOf } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import type { Operation } from '../openapi/describe.ts';
import { parse } from '../parse.ts';

const querySchema = onlyNamed({ by: z.enum(idKinds).optional() });

const states = {
  accepted: 'It has its place in the order of the events and takes effect with it.',
  forgetting: 'It took effect. The last of what was theirs is being taken away, here or from Temporal.',
  forgotten: 'Nothing of theirs is left.',
};

const answerSchema = z.object({
  customerId: z.uuid(),
  state: z.enum(Object.keys(states) as [keyof typeof states, ...(keyof typeof states)[]]).describe(
    Object.entries(states)
      .map(([state, words]) => `${state}: ${words}`)
      .join(' '),
  ),
});

/** `DELETE /v1/customers/{id}`, as it is described. */
export const erasure: Operation = {
  summary:
    'Erases a customer: it is itself an event in the order, so that later events under the same ids make a new ' +
    "person. Asked again with the internal id it says how far it is; by an id of the shop's, which is nobody's any " +
    'more once it took effect, it answers `unknown-customer`.',
  key: 'admin',
  query: querySchema,
  answer: answerSchema,
  status: 202,
  errors: ['unknown-customer', 'too-many'],
};

/** Accepts the erasure of a customer. Repeating it is harmless. */
export async function eraseCustomer(deps: RouteDeps, req: Request, res: Response): Promise<void> {
  requireAdmin(deps.keys, req);
  const { by } = parse(querySchema, req.query, 'malformed-query');
  const id = req.params['id'] as string;
  const { sql } = deps.database;
  const erased = await lookUpCustomer(sql, id, by);
  if (erased?.erasedAt) {
    const state = erased.forgottenAt ? 'forgotten' : 'forgetting';
    res.status(202).json({ customerId: erased.id, state });
    return;
  }
  const customerId = await customerOf(deps, id, by);
  const found = await lookUpCustomer(sql, id, by);
  const event = await erasureOf(deps, id, found ?? { id: customerId, by: 'id' });
  await deps.ingestion.submit([{ index: null, came: null, bytes: id.length, event }], []);
  res.status(202).json({ customerId, state: 'accepted' });
}

/**
 * The event. By an id of the shop's it means whoever has that id at its place in the order; by an internal one that
 * very customer, and the id beside it only lets the gate wait for what is about to happen to them.
 */
async function erasureOf(
  { database, clock }: RouteDeps,
  id: string,
  found: Pick<FoundCustomer, 'id' | 'by'>,
): Promise<NewEvent> {
  const isInternal = found.by === 'id';
  const named = {
    userId: found.by === 'userId' ? id : null,
    anonymousId: found.by === 'anonymousId' ? id : null,
  };
  const now = clock.now();
  return {
    id: newId(clock),
    messageId: `erasure:${newId(clock)}`,
    kind: 'erasure',
    ...{ name: null, source: null, subject: null, previousId: null, admin: true },
    ...(isInternal ? await anyIdOf(database.sql, found.id) : named),
    body: isInternal ? { properties: { customer: found.id } } : {},
    occurredAt: now,
    receivedAt: now,
  };
}
