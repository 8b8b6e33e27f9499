import { readFileSync } from 'node:fs';
import type { IRouter } from 'express';
import { cors } from '../cors.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

/** Without comments and indentation, which only we read. */
const script = readFileSync(new URL('../onsite/page-script.mjs', import.meta.url), 'utf8')
  .replaceAll(/^\s*\/\/.*\n/gm, '')
  .replaceAll(/^\s+/gm, '');

const path = '/v1/onsite.js';

/** The script that a shop puts on its pages: `<script async src="KAIROS/v1/onsite.js" data-write-key="…">`. */
export function onsiteScriptRoutes(router: IRouter): void {
  describe(router, path, {
    get: {
      summary:
        'The script for the pages of a shop, which shows visitors their messages: a classic one, with the write key in its attribute `data-write-key`.',
      key: 'none',
      answer: 'text/javascript',
    },
  });
  resource(
    router,
    path,
    {
      get: (_req, res) => {
        res.set({
          'Cache-Control': 'public, max-age=300',
          // A page may let in only what says that it is for others.
          'Cross-Origin-Resource-Policy': 'cross-origin',
        });
        res.type('text/javascript').send(script);
      },
    },
    [cors],
  );
}
