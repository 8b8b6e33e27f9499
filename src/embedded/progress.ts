/** Says a line to the person at the terminal. */
export type Say = (line: string) => void;

/** How often something that takes long says that it goes on. */
const everyMs = 2_000;

/**
 * Does something that may take long. When it takes longer than two seconds it says so, and goes on saying so every
 * two seconds, with the time it has taken and the newest of what `work` tells about itself.
 */
export async function withProgress<T>(
  say: Say,
  what: string,
  work: (detail: (text: string) => void) => Promise<T>,
): Promise<T> {
  let seconds = 0;
  let newest = '';
  const timer = setInterval(() => {
    seconds += everyMs / 1_000;
    say(`${what}: ${seconds} s${newest && ` (${newest})`}`);
  }, everyMs);
  try {
    return await work((text) => (newest = text));
  } finally {
    clearInterval(timer);
  }
}
