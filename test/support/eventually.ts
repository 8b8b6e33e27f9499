/**
 * Asks again and again until the answer is something (not null, undefined or false), and gives it.
 * @param withinMs How long to go on, real milliseconds: no promise of the product but when to give up, for which a slow
 * machine has a minute.
 * @throws after that, with what was waited for.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 60_000,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > until) throw new Error(`Waited ${withinMs / 1_000} seconds for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
