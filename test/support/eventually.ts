/**
 * Asks again and again until the answer is something (not null, undefined or false), and gives it.
 * @throws after ten seconds of real time, with what was waited for.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> {
  const until = performance.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > until) throw new Error(`Waited ten seconds for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
