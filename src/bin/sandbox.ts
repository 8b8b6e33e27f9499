import { z } from 'zod';
import { createClock } from '../clock.ts';
import { loadConfig, type Config } from '../config.ts';
import { realTime, type TimeScale } from '../domain/time-scale.ts';
import { StartError } from '../errors.ts';
import { createLog } from '../log.ts';
import type { HookOptions } from '../sandbox/provider.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { runPart } from './run-part.ts';

/** Kairos's time, as `start` knows it from the home: the sandbox has no database to ask. */
const scale = z.object({
  KAIROS_CLOCK_ORIGIN: z.coerce.number().int().optional(),
  KAIROS_CLOCK_SPEED: z.coerce.number().int().min(1).max(3_600).default(1),
});

function readScale(env: NodeJS.ProcessEnv): TimeScale {
  const read = scale.safeParse(env);
  if (!read.success) throw new StartError(`The clock cannot be used: ${z.prettifyError(read.error)}`);
  const { KAIROS_CLOCK_ORIGIN: originMs, KAIROS_CLOCK_SPEED: speed } = read.data;
  if (originMs !== undefined) return { originMs, speed };
  if (speed === 1) return realTime;
  throw new StartError(
    `KAIROS_CLOCK_SPEED=${speed} needs KAIROS_CLOCK_ORIGIN, the epoch milliseconds at which the home was made.`,
  );
}

/** Where Kairos is called back, and with which keys: `start` hands them over. Without them nobody is. */
function hooksOf(config: Config): HookOptions | undefined {
  const { KAIROS_PUBLIC_URL: url, KAIROS_SANDBOX_KEY: privateKey, TWILIO_AUTH_TOKEN: authToken } = config;
  const localUrl = process.env['KAIROS_LOCAL_URL'];
  return url && privateKey && authToken ? { url, localUrl, keys: { privateKey, authToken } } : undefined;
}

await runPart(async () => {
  const config = loadConfig(process.env);
  return startSandbox({
    home: config.KAIROS_HOME,
    host: config.HOST,
    // The default port of Kairos is not the sandbox's: without one it takes any.
    port: process.env['PORT'] ? config.PORT : 0,
    clock: createClock(readScale(process.env)),
    log: createLog('sandbox', config.KAIROS_LOG_LEVEL),
    hooks: hooksOf(config),
  });
});
