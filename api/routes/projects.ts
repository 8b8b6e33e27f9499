import type { IRouter } from 'express';
import { z } from 'zod';
import { AppError } from '../../src/errors.ts';
import { cors } from '../cors.ts';
import type { RouteDeps } from '../deps.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

const path = '/v1/projects/:writeKey/settings';

/** What analytics.js asks its CDN for, so that a shop's page needs only the write key and Kairos's address. */
export function projectRoutes(router: IRouter, { keys, config }: RouteDeps): void {
  describe(router, path, {
    get: {
      summary: 'The settings that analytics.js loads: where a page sends its events.',
      key: 'none',
      answer: z.looseObject({ integrations: z.looseObject({}) }),
      errors: ['not-found'],
    },
  });
  const get = (key: unknown, own: URL) => {
    if (typeof key !== 'string' || !isWriteKey(key)) {
      throw new AppError('not-found', 'There is no project with this write key.');
    }
    return settingsOf(key, new URL(config.KAIROS_PUBLIC_URL ?? own));
  };
  const isWriteKey = (key: string): boolean => {
    try {
      return keys.kindOf(key) === 'write';
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  };
  resource(
    router,
    path,
    {
      get: (req, res) => {
        const own = new URL(`${req.protocol}://${req.get('host') ?? 'localhost'}`);
        res.json(get(req.params['writeKey'], own));
      },
    },
    [cors],
  );
}

function settingsOf(writeKey: string, { host, pathname, protocol }: URL) {
  const scheme = protocol.replace(':', '');
  const apiHost = `${host}${pathname.replace(/\/$/, '')}/v1`;
  return {
    integrations: {
      'Segment.io': {
        ...{ apiKey: writeKey, apiHost, protocol: scheme },
        // What a visitor does just before the payment page opens would else be lost until they come back.
        deliveryStrategy: { strategy: 'standard', config: { keepalive: true } },
      },
    },
    // Of its own measurements the library sends none elsewhere.
    metrics: { sampleRate: 0, host: apiHost, protocol: scheme },
    plan: { track: { __default: { enabled: true } }, identify: { __default: { enabled: true } } },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  };
}
