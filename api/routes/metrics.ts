import type { IRouter } from 'express';
import type { Registry } from 'prom-client';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

/** Counts and durations of this process, for Prometheus; nothing of a customer. */
export function metricsRoutes(router: IRouter, registry: Registry): void {
  describe(router, '/metrics', {
    get: { summary: 'Counts and durations, for Prometheus.', key: 'none', answer: 'text/plain' },
  });
  resource(router, '/metrics', {
    get: async (_req, res) => {
      res.set('Content-Type', registry.contentType).send(await registry.metrics());
    },
  });
}
