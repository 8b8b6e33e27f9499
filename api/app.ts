import express, { type Express, type RequestHandler } from 'express';
import { bounds } from '../src/domain/bounds.ts';
import { AppError } from '../src/errors.ts';
import { silentLog } from '../src/log.ts';
import type { ApiDeps, RouteDeps } from './deps.ts';
import { HookCounts } from './hooks/hook-counts.ts';
import { ImportCounts } from './import/import-counts.ts';
import { createIngestion } from './ingestion/ingestion.ts';
import { createKeys } from './keys.ts';
import { createMetrics } from './metrics.ts';
import { OnsiteStreams } from './onsite/streams.ts';
import { answerErrors, notFound } from './problem.ts';
import { batchRoutes } from './routes/batch.ts';
import { channelRoutes } from './routes/channels.ts';
import { codeRoutes } from './routes/codes.ts';
import { consentRoutes } from './routes/consents.ts';
import { customerRoutes } from './routes/customers.ts';
import { declaredMessageRoutes } from './routes/declared-messages.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/export.ts';
import { healthRoutes } from './routes/health.ts';
import { hookRoutes } from './routes/hooks.ts';
import { importRoutes } from './routes/import.ts';
import { journeyRoutes } from './routes/journeys.ts';
import { messageRoutes } from './routes/messages.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { onsiteContentRoutes } from './routes/onsite-content.ts';
import { onsiteScriptRoutes } from './routes/onsite-script.ts';
import { onsiteRoutes } from './routes/onsite.ts';
import { openapiRoutes } from './routes/openapi.ts';
import { personaRoutes } from './routes/personas.ts';
import { productRoutes } from './routes/products.ts';
import { projectRoutes } from './routes/projects.ts';
import { pushSubscriptionRoutes } from './routes/push-subscriptions.ts';
import { rejectionRoutes } from './routes/rejections.ts';
import { runRoutes } from './routes/runs.ts';
import { sandboxRoutes } from './routes/sandbox.ts';
import { scoreRoutes } from './routes/scores.ts';
import { segmentRoutes } from './routes/segments.ts';
import { sendingRoutes } from './routes/sending.ts';
import { settingsRoutes } from './routes/settings.ts';
import { suppressionRoutes } from './routes/suppressions.ts';
import { timelineRoutes } from './routes/timeline.ts';
import { unsubscribeRoutes } from './routes/unsubscribe.ts';
import { watchRoutes } from './routes/watches.ts';

/** Everything that Kairos says over HTTP. It holds no state but the queue of its shared commits, and the pages that listen. */
export function createApp(given: ApiDeps): Express {
  const log = given.log ?? silentLog;
  const ingestion = given.ingestion ?? createIngestion({ ...given, log });
  const deps: RouteDeps = {
    journeys: [],
    watches: [],
    contents: [],
    ...given,
    log,
    ingestion,
    keys: createKeys(given.config),
  };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const onsite = onsiteStreams(deps);
  const hooks = new HookCounts();
  const imports = new ImportCounts();
  const metrics = createMetrics({ ...deps, onsite, hooks, imports });
  app.use(metrics.observe);
  app.use(refuseNul);
  healthRoutes(app, deps);
  messageRoutes(app, deps);
  batchRoutes(app, deps);
  eventRoutes(app, deps);
  productRoutes(app, deps);
  importRoutes(app, deps, imports);
  rejectionRoutes(app, deps);
  customerRoutes(app, deps);
  consentRoutes(app, deps);
  timelineRoutes(app, deps);
  exportRoutes(app, deps);
  runRoutes(app, deps);
  deliveryRoutes(app, deps);
  settingsRoutes(app, deps);
  journeyRoutes(app, deps);
  watchRoutes(app, deps);
  declaredMessageRoutes(app, deps);
  codeRoutes(app, deps);
  sendingRoutes(app, deps);
  channelRoutes(app, deps);
  projectRoutes(app, deps);
  scoreRoutes(app, deps);
  segmentRoutes(app, deps);
  personaRoutes(app, deps);
  onsiteContentRoutes(app, deps);
  pushSubscriptionRoutes(app, deps);
  onsiteScriptRoutes(app);
  onsiteRoutes(app, deps, onsite);
  unsubscribeRoutes(app, deps);
  suppressionRoutes(app, deps);
  hookRoutes(app, deps, hooks);
  openapiRoutes(app);
  metricsRoutes(app, metrics.registry);
  sandboxRoutes(app, deps);
  app.use(notFound);
  app.use(answerErrors(log));
  return app;
}

/** The pages that listen to this process, until it stops. */
function onsiteStreams({ database, clock, log, onsiteLimits = bounds, stopping }: RouteDeps): OnsiteStreams {
  const streams = new OnsiteStreams({ sql: database.sql, clock, log, limits: onsiteLimits });
  stopping?.addEventListener('abort', () => void streams.stop());
  return streams;
}

/** No text that is looked up has a NUL in it, and PostgreSQL fails over one. */
const refuseNul: RequestHandler = (req, _res, next) => {
  if (!req.originalUrl.includes('%00')) return next();
  throw new AppError('malformed-query', 'The address has the character U+0000 (%00) in it; leave it out.');
};
