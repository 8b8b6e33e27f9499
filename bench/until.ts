/** Asks until the answer is yes. @throws Error after twenty minutes, with what was waited for. */
export async function until(what: string, ask: () => Promise<boolean>, everyMs = 50): Promise<void> {
  const end = performance.now() + 1_200_000;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`Waited twenty minutes for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
