/** Asks until the answer is yes. @throws Error after five minutes, with what was waited for. */
export async function until(what: string, ask: () => Promise<boolean>, everyMs = 50): Promise<void> {
  const end = performance.now() + 300_000;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`Waited five minutes for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
