import { StartError } from '../errors.ts';

/** What a part tells its supervisor once it does its work. */
export interface Ready {
  ready: true;
  /** Where it listens, if it does. */
  url?: string;
}

/** A part that runs: where it listens, and how it ends in an orderly way. */
export interface RunningPart {
  url?: string;
  /** Finishes what is under way and closes what is open. */
  stop(): Promise<void>;
}

/** A part that hangs while it stops is ended all the same. */
const stopWithinMs = 25_000;

/**
 * The life of a part's process: starts it, says that it is ready, and stops it on SIGTERM or SIGINT or when the
 * supervisor is gone, however that ended. A StartError is printed as its sentence.
 */
export async function runPart(start: () => Promise<RunningPart>): Promise<void> {
  // Without its supervisor nobody reads what it writes; what it has under way still is to be finished.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const stopping = new Promise<void>((resolve) => {
    for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(event, () => resolve());
  });
  try {
    const part = await Promise.race([start(), stopping]);
    // Told to stop while still looking for what it needs: nothing is under way yet.
    if (!part) return process.exit(0);
    process.send?.({ ready: true, ...(part.url ? { url: part.url } : {}) } satisfies Ready);
    await stopping;
    setTimeout(() => process.exit(1), stopWithinMs).unref();
    await part.stop();
    process.exit(0);
  } catch (error) {
    console.error(error instanceof StartError ? error.message : error);
    process.exit(1);
  }
}
