/**
 * Asks again and again until the answer is something (not null, undefined or false), and gives it.
 * @throws after `withinMs` of real time, with what was waited for.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 10_000,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > until) throw new Error(`Waited ${withinMs / 1_000} seconds for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
