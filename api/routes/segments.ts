import type { IRouter, Request } from 'express';
import { z } from 'zod';
import { countMembers } from '../../src/db/queries/count-members.ts';
import { evaluation } from '../../src/db/queries/evaluate-predicate.ts';
import { explainQuery } from '../../src/db/queries/explain-query.ts';
import { idKinds } from '../../src/db/queries/find-customer.ts';
import { listMembers, type Member } from '../../src/db/queries/list-members.ts';
import { memberSince } from '../../src/db/queries/member-since.ts';
import { segmentStates, type SegmentState } from '../../src/db/queries/segment-states.ts';
import type { Segment } from '../../src/define/segment.ts';
import { sentence } from '../../src/define/sentence.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { segments } from '../../src/segments/index.ts';
import { explain } from '../../src/segment-report/explain.ts';
import { outline } from '../../src/segment-report/outline.ts';
import { sqlText } from '../../src/segment-report/sql-text.ts';
import { segmentNamed } from '../../src/segment-report/segment-named.ts';
import { idPlace, listOf, namedPage, pageOf, pageSchema, readCursor } from '../cursor.ts';
import { customerRead } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

const segmentSchema = z.object({
  name: z.string(),
  words: z.string(),
  state: z.enum(['ready', 'computing']).describe('Computing: its definition is new or has changed.'),
  progress: z
    .object({ done: z.int(), total: z.int() })
    .nullable()
    .describe('Customers taken over so far while it is computed; null when it is ready.'),
  members: z.int().describe('While it is computed: by the definition before.'),
  computedAt: z.iso.datetime().nullable().describe('When it was last computed for everybody; null: never.'),
});

const partSchema = z.object({
  depth: z.int().describe('0: the whole; the parts of a line follow it, one deeper.'),
  words: z.string(),
});

const memberSchema = z.object({
  id: z.uuid(),
  since: z.iso.datetime(),
  userIds: z.array(z.string()).describe('Oldest first.'),
});

const explanationSchema = z.object({
  segment: z.string(),
  customerId: z.uuid(),
  holds: z.boolean().describe('Whether the definition holds for them now.'),
  since: z.iso.datetime().nullable().describe('Since when they are kept as a member; null: they are not.'),
  parts: z.array(
    partSchema.extend({
      holds: z.boolean(),
      found: z.string().nullable().describe('What is known of the customer there, such as `2 times`.'),
    }),
  ),
});

const oneQuery = onlyNamed({ plan: z.enum(['true', 'false']).optional() });
const bySchema = onlyNamed({ by: z.enum(idKinds).optional() });

/** The segments: their definitions in words, their members, and for one customer which part of a definition holds. */
export function segmentRoutes(router: IRouter, deps: RouteDeps): void {
  listRoute(router, deps);
  oneRoute(router, deps);
  memberRoute(router, deps);
  customerRoute(router, deps);
}

function listRoute(router: IRouter, { database: { sql }, keys }: RouteDeps): void {
  describe(router, '/v1/segments', {
    get: {
      summary: 'The segments in words, how far each is computed, and how many members it has.',
      key: 'admin',
      query: pageSchema,
      answer: listOf(segmentSchema),
    },
  });
  resource(router, '/v1/segments', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const names = segments.map(({ name }) => name);
      const [states, counts] = await Promise.all([segmentStates(sql), countMembers(sql, names)]);
      const stateOf = ({ name }: Segment) => states.find((state) => state.name === name);
      const items = segments.map((one) => shown(one, stateOf(one), counts.get(one.name)));
      res.json(namedPage(req.query, items, ({ name }) => name));
    },
  });
}

function oneRoute(router: IRouter, { database: { sql }, clock, keys }: RouteDeps): void {
  describe(router, '/v1/segments/:name', {
    get: {
      summary: 'A segment, with its definition line by line and as SQL.',
      key: 'admin',
      query: oneQuery,
      answer: segmentSchema.extend({
        parts: z.array(partSchema),
        sql: z.string().describe('What it compiles to, for everybody, as of now.'),
        plan: z.array(z.string()).optional().describe("PostgreSQL's plan of it, with `plan=true`."),
      }),
      errors: ['unknown-segment'],
    },
  });
  resource(router, '/v1/segments/:name', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const { plan } = parse(oneQuery, req.query, 'malformed-query');
      const one = segmentOf(req);
      const text = sqlText((recorder) =>
        evaluation(recorder, one.where, { who: 'everybody', now: clock.now() }),
      );
      const [states, counts, lines] = await Promise.all([
        segmentStates(sql),
        countMembers(sql, [one.name]),
        plan === 'true' ? explainQuery(sql, text, { analyze: false }) : undefined,
      ]);
      const state = states.find(({ name }) => name === one.name);
      const written = { parts: outline(one.where), sql: text, ...(lines && { plan: lines }) };
      res.json({ ...shown(one, state, counts.get(one.name)), ...written });
    },
  });
}

function memberRoute(router: IRouter, { database: { sql }, keys }: RouteDeps): void {
  describe(router, '/v1/segments/:name/members', {
    get: {
      summary: 'The members of a segment, in the order of their ids.',
      key: 'admin',
      query: pageSchema,
      answer: listOf(memberSchema),
      errors: ['unknown-segment'],
    },
  });
  resource(router, '/v1/segments/:name/members', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const { limit, cursor } = parse(pageSchema, req.query, 'malformed-query');
      const after = readCursor(cursor, idPlace);
      const rows = await listMembers(sql, segmentOf(req).name, { after, limit: limit + 1 });
      res.json(
        pageOf(
          rows,
          limit,
          (member): Member => member,
          ({ id }) => [id],
        ),
      );
    },
  });
}

function customerRoute(router: IRouter, deps: RouteDeps): void {
  const { database, clock, keys } = deps;
  const path = '/v1/segments/:name/customers/:id';
  describe(router, path, {
    get: {
      summary: 'Line by line, which part of a segment holds for a customer now, and what that is known from.',
      key: 'admin',
      query: bySchema,
      answer: explanationSchema,
      errors: ['unknown-segment', 'unknown-customer'],
    },
  });
  resource(router, path, {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const { by } = parse(bySchema, req.query, 'malformed-query');
      const { name, where } = segmentOf(req);
      const customerId = await customerRead(deps, req.params['id'] as string, by);
      const answer = await database.sql.begin('isolation level repeatable read read only', async (tx) => {
        const parts = await explain(tx, where, { customerId, now: clock.now() });
        return { parts, since: await memberSince(tx, name, customerId) };
      });
      res.json({ segment: name, customerId, holds: answer.parts[0]!.holds, ...answer });
    },
  });
}

const segmentOf = (req: Request): Segment => segmentNamed(req.params['name'] as string, segments);

/** What routing has not met yet counts as being computed. */
function shown({ name, where }: Segment, state: SegmentState | undefined, members = 0) {
  const isReady = state !== undefined && state.nextGeneration === null;
  return {
    ...{ name, words: sentence(where), state: isReady ? ('ready' as const) : ('computing' as const) },
    progress: isReady ? null : { done: state?.done ?? 0, total: state?.total ?? 0 },
    ...{ members, computedAt: state?.computedAt ?? null },
  };
}
