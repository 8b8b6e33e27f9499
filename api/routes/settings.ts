import type { IRouter, Request, Response } from 'express';
import { saveShopSettings } from '../../src/db/queries/save-settings.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { shopScope } from '../../src/domain/setting-scopes.ts';
import { givenShopSettingsSchema, readShopSettings, shopSettingsSchema } from '../../src/shop-settings.ts';
import { AppError } from '../../src/errors.ts';
import { readJson } from '../body.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { parse } from '../parse.ts';
import { resource } from '../resource.ts';

/** What holds for the whole shop: caps, quiet hours and the global holdout. What a PUT does not name is at its default again. */
export function settingsRoutes(router: IRouter, deps: RouteDeps): void {
  const { database, clock, keys, journeys, watches } = deps;
  const answer = { key: 'admin', answer: shopSettingsSchema } as const;
  describe(router, '/v1/settings', {
    get: { summary: 'What holds for the whole shop: caps, quiet hours and the global holdout.', ...answer },
    put: {
      summary: 'Sets what holds for the whole shop; what is not named is at its default again.',
      body: givenShopSettingsSchema,
      ...answer,
    },
  });
  resource(router, '/v1/settings', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const stored = await loadSettings(database.sql, [shopScope]);
      res.json(readShopSettings(stored.get(shopScope)));
    },
    put: async (req: Request, res: Response) => {
      requireAdmin(keys, req);
      const came = await readJson(req, res, bounds.bodyBytes);
      const value = parse(givenShopSettingsSchema, came, 'malformed-body');
      refuseUnknownNames(value.caps?.journeys ?? {}, [...journeys, ...watches]);
      await saveShopSettings(database.sql, { scope: shopScope, value, at: clock.now() });
      res.json(readShopSettings(value));
    },
  });
}

/** A cap of what there is not would hold nobody back. */
function refuseUnknownNames(caps: object, known: readonly { name: string }[]): void {
  const names = known.map(({ name }) => name);
  const unknown = Object.keys(caps).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new AppError(
    'malformed-body',
    `caps.journeys: ${sayValue(unknown)} is no journey or watch; there is ${names.join(', ') || 'none at all'}.`,
  );
}
