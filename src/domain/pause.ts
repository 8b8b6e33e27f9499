/** Since when (epoch milliseconds) what is stored under a scope says that it is paused; null when it does not. */
export function pausedSince(stored: Record<string, unknown> | undefined): number | null {
  const at = stored?.['pausedAt'];
  if (at === undefined || at === null) return null;
  const ms = typeof at === 'string' ? Date.parse(at) : NaN;
  if (!Number.isNaN(ms)) return ms;
  // Fails closed: what somebody wrote there by hand was meant to stop sends.
  throw new Error(`"pausedAt" is stored as ${JSON.stringify(at)}; expected a time. Resume it.`);
}
