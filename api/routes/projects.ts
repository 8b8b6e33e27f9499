import type { IRouter, Request } from 'express';
import { z } from 'zod';
import { sayValue } from '../../src/domain/say-value.ts';
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
      errors: ['not-found', 'malformed-query'],
    },
  });
  const get = (key: unknown, req: Request) => {
    if (typeof key !== 'string' || !isWriteKey(key)) {
      throw new AppError('not-found', 'There is no project with this write key.');
    }
    return settingsOf(key, config.KAIROS_PUBLIC_URL ? new URL(config.KAIROS_PUBLIC_URL) : urlCalled(req));
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
        res.json(get(req.params['writeKey'], req));
      },
    },
    [cors],
  );
}

/** Where this request came to. @throws AppError `malformed-query`. */
function urlCalled(req: Request): URL {
  const host = req.get('host') ?? 'localhost';
  const url = `${req.protocol}://${host}`;
  if (URL.canParse(url)) return new URL(url);
  throw new AppError(
    'malformed-query',
    `The header Host names no host: ${sayValue(host)}; set KAIROS_PUBLIC_URL.`,
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
