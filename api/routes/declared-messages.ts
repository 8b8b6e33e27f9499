import type { IRouter } from 'express';
import { z } from 'zod';
import { saveShopSettings } from '../../src/db/queries/save-settings.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import type { Content } from '../../src/define/content.ts';
import { purposes } from '../../src/domain/delivery.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { messageScope } from '../../src/domain/setting-scopes.ts';
import { channels } from '../../src/domain/task-queues.ts';
import { AppError } from '../../src/errors.ts';
import { givenMessageSettings, weightsInForce } from '../../src/message-settings.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { localesIn } from '../../src/messages/templates-for.ts';
import { readJson } from '../body.ts';
import { listOf, namedPage, pageSchema } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { parse } from '../parse.ts';
import { resource } from '../resource.ts';

const weightsSchema = z.record(z.string(), z.number());
const shownWeightsSchema = z.object({
  weights: weightsSchema.describe(
    'Of its variants, in force: a customer gets each as often as it has a share.',
  ),
  defaults: weightsSchema,
});
const settingsSchema = onlyNamed({
  weights: weightsSchema.describe('By variant; 0 takes one away from everybody.'),
});
const messageSchema = z.object({
  name: z.string(),
  purpose: z.enum(purposes),
  channels: z.array(z.enum(channels)),
  sendsTo: z
    .enum(['first', 'all'])
    .describe('The first of its channels that passes the gate, or each that does.'),
  topic: z.string().nullable(),
  ...shownWeightsSchema.shape,
  locales: z.array(z.string()).describe('The languages it is written in, the one for all others first.'),
  codes: z.string().nullable().describe('The pool of coupon codes of which each delivery gets one.'),
  recommendations: z.int().describe('How many products it recommends at most.'),
  sample: z
    .object({
      data: z.record(z.string(), z.unknown()),
      customer: z.record(z.string(), z.unknown()),
    })
    .nullable()
    .describe('What `npm run preview` shows it with.'),
});

/** The messages as their code declares them, and the weights of their variants that operators set. */
export function declaredMessageRoutes(router: IRouter, deps: RouteDeps): void {
  const { database, keys, contents } = deps;
  describe(router, '/v1/messages', {
    get: {
      summary: 'The messages, their variants and what they are shown with.',
      key: 'admin',
      query: pageSchema,
      answer: listOf(messageSchema),
    },
  });
  resource(router, '/v1/messages', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const scopes = contents.map(({ message }) => messageScope(message.name));
      const stored = await loadSettings(database.sql, scopes);
      const items = contents.map((content) => shownMessage(content, stored));
      res.json(namedPage(req.query, items, ({ name }) => name));
    },
  });
  weightsOfVariants(router, deps);
}

function weightsOfVariants(router: IRouter, { database, clock, keys, contents }: RouteDeps): void {
  describe(router, '/v1/messages/:name/settings', {
    put: {
      summary:
        'Sets how often a message goes out in each of its variants; what is not named is at its default again. Who has had ' +
        'one keeps it, for as long as its weight is above 0.',
      key: 'admin',
      body: settingsSchema,
      answer: shownWeightsSchema,
      errors: ['not-found'],
    },
  });
  resource(router, '/v1/messages/:name/settings', {
    put: async (req, res) => {
      requireAdmin(keys, req);
      const { message } = contentNamed(contents, req.params['name']);
      const came = await readJson(req, res, bounds.bodyBytes);
      const value = parse(givenMessageSettings(message), came, 'malformed-body');
      await saveShopSettings(database.sql, { scope: messageScope(message.name), value, at: clock.now() });
      res.json({ weights: weightsInForce(message, value), defaults: message.variants ?? {} });
    },
  });
}

function shownMessage(content: Content<unknown>, stored: ReadonlyMap<string, unknown>) {
  const { message, sample } = content;
  const {
    name,
    purpose,
    sendsTo = 'first',
    topic = null,
    variants = {},
    codes = null,
    recommendations = 0,
  } = message;
  return {
    ...{ name, purpose, channels: message.channels, sendsTo, topic },
    weights: weightsInForce(message, stored.get(messageScope(name))),
    defaults: variants,
    ...{ locales: localesIn(content), codes, recommendations },
    sample: sample ? { data: sample.data, customer: sample.customer ?? {} } : null,
  };
}

function contentNamed(contents: readonly Content<unknown>[], name: unknown): Content<unknown> {
  const found = contents.find(({ message }) => message.name === name);
  if (found) return found;
  const known = contents.map(({ message }) => message.name).join(', ');
  throw new AppError(
    'not-found',
    `There is no message ${sayValue(name)}; there is ${known || 'none at all'}.`,
  );
}
