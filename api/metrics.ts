import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestHandler } from 'express';
import type { Ingestion } from './ingestion/ingestion.ts';
import type { RouteDeps } from './deps.ts';
import { queueDepths } from '../src/db/queries/queue-depths.ts';

/** What Prometheus scrapes of one process of the API. Counts of the database are read at the scrape. */
export function createMetrics({ ingestion, database, log }: RouteDeps): {
  registry: Registry;
  observe: RequestHandler;
} {
  const registry = new Registry();
  const registers = [registry];
  ingestionMetrics(registry, ingestion);
  new Gauge({
    name: 'kairos_queue_depth',
    help: 'Events not yet routed and dispatches not yet carried out, counted up to a bound; -1 when unknown',
    labelNames: ['queue'],
    registers,
    async collect() {
      try {
        const { unrouted, owed } = await queueDepths(database.sql);
        this.set({ queue: 'unrouted' }, unrouted);
        this.set({ queue: 'owed' }, owed);
      } catch (error) {
        log.warn({ err: error }, 'the queues could not be counted');
        for (const queue of ['unrouted', 'owed']) this.set({ queue }, -1);
      }
    },
  });
  return { registry, observe: timing(registry) };
}

function ingestionMetrics(registry: Registry, ingestion: Ingestion): void {
  const registers = [registry];
  for (const name of ['commits', 'accepted', 'duplicates', 'rejected'] as const) {
    new Counter({
      name: `kairos_ingestion_${name}_total`,
      help: name === 'commits' ? 'Shared commits' : `Messages ${name} since the start`,
      registers,
      collect() {
        this.reset();
        this.inc(ingestion.counts[name]);
      },
    });
  }
  new Gauge({
    name: 'kairos_ingestion_waiting',
    help: 'Messages that wait for their commit',
    registers,
    collect() {
      this.set(ingestion.waiting());
    },
  });
}

/** By the path as its route writes it: no id gets into a label, and their number is bounded. */
function timing(registry: Registry): RequestHandler {
  const seconds = new Histogram({
    name: 'kairos_http_request_duration_seconds',
    help: 'From the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return (req, res, next) => {
    const stop = seconds.startTimer();
    res.on('finish', () => {
      const route = (req.route as { path?: string } | undefined)?.path ?? 'none';
      const method = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS)$/.test(req.method) ? req.method : 'other';
      stop({ method, route, status: res.statusCode });
    });
    next();
  };
}
