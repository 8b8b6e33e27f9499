import type { IRouter } from 'express';
import { z } from 'zod';
import { describe, operationsOf } from '../openapi/describe.ts';
import { documentOf } from '../openapi/document.ts';
import { pageOf } from '../openapi/page.ts';
import { resource } from '../resource.ts';
import release from '../../package.json' with { type: 'json' };

/** What the API takes and answers: for programs and for people. */
export function openapiRoutes(router: IRouter): void {
  const document = () => documentOf(operationsOf(router), release.version);
  describe(router, '/openapi.json', {
    get: { summary: 'This description, as OpenAPI 3.1.', key: 'none', answer: z.looseObject({}) },
  });
  resource(router, '/openapi.json', { get: (_req, res) => void res.json(document()) });
  describe(router, '/docs', {
    get: { summary: 'This description, for people.', key: 'none', answer: 'text/html' },
  });
  describe(router, '/', {
    get: { summary: 'Leads people to /docs.', key: 'none', answer: 'text/html', status: 302 },
  });
  // By itself Express says so in plain text to who names no type.
  resource(router, '/', { get: (_req, res) => void res.status(302).location('/docs').type('html').end() });
  resource(router, '/docs', { get: (_req, res) => void res.type('html').send(pageOf(document())) });
}
