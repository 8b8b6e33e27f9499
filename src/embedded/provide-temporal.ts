import { join } from 'node:path';
import { temporalTarget } from '../temporal.ts';
import { onEmbeddedPort, type Boot } from './boot.ts';
import { temporalPart } from './parts.ts';
import { withProgress } from './progress.ts';
import { prepareDevServer } from './temporal.ts';
import { findTemporal } from './temporal-binary.ts';

const usualPort = 7233;
const usualUiPort = 8233;

/** What the parts need in their environment to reach Temporal, and where its UI is (null when nobody said). */
export interface TemporalPlace {
  env: NodeJS.ProcessEnv;
  uiUrl: string | null;
}

/** The Temporal that the environment names, else an embedded one, started and its namespace prepared. */
export async function provideTemporal(boot: Boot): Promise<TemporalPlace> {
  const target = temporalTarget(boot.env);
  if (target) {
    const { address } = target.connectionOptions;
    return {
      env: { ...ofTemporal(boot.env), TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: target.namespace },
      uiUrl: boot.config.TEMPORAL_UI_URL ?? null,
    };
  }
  const binary = await findTemporal(boot.say);
  return withProgress(boot.say, 'Starting Temporal', () => startEmbedded(boot, binary));
}

async function startEmbedded(boot: Boot, binary: string): Promise<TemporalPlace> {
  const namespace = boot.config.TEMPORAL_NAMESPACE;
  const file = join(boot.home, 'temporal.db');
  let uiPort = 0;
  const port = await onEmbeddedPort(boot, 'temporal', usualPort, async (one) => {
    uiPort = await onEmbeddedPort(boot, 'temporal-ui', usualUiPort, (ui) =>
      boot.supervisor.start(temporalPart({ binary, file, port: one, uiPort: ui, namespace })),
    );
  });
  const address = `127.0.0.1:${port}`;
  await prepareDevServer(address, namespace);
  const uiUrl = boot.config.TEMPORAL_UI_URL ?? `http://127.0.0.1:${uiPort}`;
  return {
    env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_UI_URL: uiUrl },
    uiUrl,
  };
}

const ofTemporal = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('TEMPORAL_')));
