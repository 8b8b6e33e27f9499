import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestHandler } from 'express';
import { queueDepths, type QueueDepths } from '../src/db/queries/queue-depths.ts';
import { bounds } from '../src/domain/bounds.ts';
import type { RouteDeps } from './deps.ts';
import type { HookCounts } from './hooks/hook-counts.ts';
import type { ImportCounts } from './import/import-counts.ts';
import type { Ingestion } from './ingestion/ingestion.ts';
import type { OnsiteStreams } from './onsite/streams.ts';
import { codeMetrics } from './code-metrics.ts';
import { runMetrics } from './run-metrics.ts';
import { withinTime } from './within-time.ts';

/** What Prometheus scrapes of one process of the API. Counts of the database are read at the scrape. */
export function createMetrics(
  deps: Pick<RouteDeps, 'ingestion' | 'database' | 'log' | 'clock' | 'journeys' | 'watches' | 'contents'> & {
    onsite: Pick<OnsiteStreams, 'count'>;
    hooks: HookCounts;
    imports: ImportCounts;
  },
): {
  registry: Registry;
  observe: RequestHandler;
} {
  const registry = new Registry();
  ingestionMetrics(registry, deps.ingestion);
  flushMetrics(registry, deps.ingestion);
  databaseMetrics(registry, deps);
  runMetrics(registry, deps);
  codeMetrics(registry, deps);
  new Gauge({
    name: 'kairos_onsite_streams',
    help: 'Pages of the shop that listen to this process',
    registers: [registry],
    collect() {
      this.set(deps.onsite.count);
    },
  });
  hookMetrics(registry, deps.hooks);
  importMetrics(registry, deps.imports);
  return { registry, observe: timing(registry) };
}

const answered = {
  commits: 'Commits that messages shared',
  accepted: 'Messages answered as accepted',
  duplicates: 'Messages answered as duplicates',
  rejected: 'Messages answered as rejected',
};

function ingestionMetrics(registry: Registry, ingestion: Ingestion): void {
  const registers = [registry];
  for (const [name, help] of Object.entries(answered) as [keyof typeof answered, string][]) {
    new Counter({
      name: `kairos_ingestion_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(ingestion.counts[name]);
      },
    });
  }
  new Gauge({
    name: 'kairos_ingestion_waiting',
    help: 'Messages that wait for their commit, those of the flush under way among them',
    registers,
    collect() {
      this.set(ingestion.waiting());
    },
  });
}

/** A flush takes what has gathered, commits it (in several parts if a value in it is refused) and answers it. */
function flushMetrics(registry: Registry, ingestion: Ingestion): void {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'kairos_ingestion_flush_duration_seconds',
    help: 'From a flush of messages to the end of its commit, or to its failure',
    labelNames: ['outcome'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const size = new Histogram({
    name: 'kairos_ingestion_flush_messages',
    help: 'Messages that a flush took together',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000],
    registers,
  });
  ingestion.watch((messages) => {
    size.observe(messages);
    const stop = seconds.startTimer();
    return (outcome) => void stop({ outcome });
  });
}

function hookMetrics(registry: Registry, hooks: HookCounts): void {
  new Counter({
    name: 'kairos_hook_news_total',
    help: 'What providers told of messages, and what people wrote back, by what became of it',
    labelNames: ['provider', 'kind', 'outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { count, ...of } of hooks.list()) this.inc(of, count);
    },
  });
}

function importMetrics(registry: Registry, imports: ImportCounts): void {
  new Gauge({
    name: 'kairos_imports_running',
    help: 'Imports that this process takes now, those that wait for routing among them',
    registers: [registry],
    collect() {
      this.set(imports.running);
    },
  });
  new Counter({
    name: 'kairos_import_lines_total',
    help: 'Lines of imports that this process has committed, by what became of them',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { count, ...of } of imports.lines()) this.inc(of, count);
    },
  });
}

/** What is not known is not shown: a depth that nobody could count has no sample. */
function databaseMetrics(registry: Registry, { database, log }: Pick<RouteDeps, 'database' | 'log'>): void {
  const registers = [registry];
  async function counted(): Promise<QueueDepths | null> {
    try {
      return await withinTime(queueDepths(database.sql, bounds), bounds.countMs);
    } catch (error) {
      log.warn({ err: error }, 'the queues could not be counted');
      return null;
    }
  }
  // A scrape asks metrics in the order of their making, and waits for none before it asks the next: both share one count.
  let depths: Promise<QueueDepths | null> = Promise.resolve(null);
  new Gauge({
    name: 'kairos_database_up',
    help: '1 when the database answered this scrape in time, else 0',
    registers,
    async collect() {
      depths = counted();
      this.set((await depths) === null ? 0 : 1);
    },
  });
  new Gauge({
    name: 'kairos_queue_depth',
    help: `Events not yet routed, dispatches not yet carried out, and erased customers of whom something is left, counted up to ${bounds.countedItems}; none when the database does not answer`,
    labelNames: ['queue'],
    registers,
    async collect() {
      const found = await depths;
      this.reset();
      if (found === null) return;
      this.set({ queue: 'unrouted' }, found.unrouted);
      this.set({ queue: 'owed' }, found.owed);
      this.set({ queue: 'forgetting' }, found.forgetting);
    },
  });
}

/** By the path as its route writes it: no id gets into a label, and their number is bounded. */
function timing(registry: Registry): RequestHandler {
  const seconds = new Histogram({
    name: 'kairos_http_request_duration_seconds',
    help: 'From the request to the end of its answer; status 0 when who asked had gone before that',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return (req, res, next) => {
    const stop = seconds.startTimer();
    res.on('close', () => {
      const route =
        (req.route as { path?: string } | undefined)?.path ?? (req.baseUrl.toLowerCase() || 'none');
      const method = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS)$/.test(req.method) ? req.method : 'other';
      stop({ method, route, status: res.writableFinished ? res.statusCode : 0 });
    });
    next();
  };
}
