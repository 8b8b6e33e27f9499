import { z } from 'zod';
import { StartError } from '../errors.ts';

const health = z.object({ now: z.string(), clockSpeed: z.number().positive() });
const withinMs = 10_000;

/** How many times faster than real time the clock of the Kairos at `url` runs. @throws StartError when none answers there. */
export async function askClockSpeed(url: string): Promise<number> {
  const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(withinMs) }).catch(
    (error: unknown) => {
      throw new StartError(
        `No Kairos answers at ${url} (${sayFetchError(error)}): start it with npm start, or say with --url where it is.`,
        { cause: error },
      );
    },
  );
  const body: unknown = await response.json().catch(() => null);
  const parsed = health.safeParse(body);
  if (parsed.success) return parsed.data.clockSpeed;
  throw new StartError(
    `${url}/healthz answered ${response.status}, but not with {now, clockSpeed}: is that Kairos? Say with --url where it is.`,
  );
}

/** `fetch` says "fetch failed" and hides why in the cause. */
export function sayFetchError(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
