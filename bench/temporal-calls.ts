/**
 * Calls that clients made to a Temporal server for a namespace, by operation, as the server's own metrics count them.
 * Long polls of workers are among them.
 */
export async function temporalCalls(metricsUrl: string, namespace: string): Promise<Map<string, number>> {
  const text = await (await fetch(metricsUrl)).text();
  const calls = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, labels, value] = /^service_requests(?:_total)?\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (!labels?.includes('service_name="frontend"') || !labels.includes(`namespace="${namespace}"`))
      continue;
    const operation = /operation="(\w+)"/.exec(labels)?.[1] ?? 'unknown';
    calls.set(operation, (calls.get(operation) ?? 0) + Number(value));
  }
  return calls;
}

/** What was called between two counts. */
export function callsBetween(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) {
  const made = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return new Map(made.filter(([, count]) => count > 0));
}
