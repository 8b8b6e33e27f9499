/** The Segment message on a line of `/v1/import/events`: as `/v1/batch` takes it, or as `/v1/track` or `/v1/identify` do. */
export function eventMessage(line: unknown): unknown {
  if (typeof line !== 'object' || line === null || Array.isArray(line)) return line;
  const { type, event } = line as { type?: unknown; event?: unknown };
  if (type != null) return line;
  return { ...line, type: event == null ? 'identify' : 'track' };
}
