import type { Answer, TestApi } from './api.ts';
import { admin } from './api.ts';

let made = 0;

/** A CloudEvent that is accepted, unless what is given makes it another. */
export function cloudEvent(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: `e${(made += 1)}`,
    source: '/shop/warehouse',
    type: 'stock.changed',
    subject: 'A1',
    data: { available: 3 },
    ...more,
  };
}

/** Posts one structured, or a batch; with the admin key. */
export function postEvents(
  api: TestApi,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const mode = Array.isArray(body) ? 'cloudevents-batch' : 'cloudevents';
  return api.post('/v1/events', body, { 'content-type': `application/${mode}+json`, ...admin, ...headers });
}
