/** Classes and codes of SQLSTATE that pass by themselves: connections, resources, shutdown, locks, read-only. */
const passing = /^(08|53|57|58|40|55P03|25006)/;
const broken = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
]);

/** True for an error that says that the database is not there, or not able to, at the moment. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && (passing.test(code) || broken.has(code));
}

/** True for an error that the values of a statement caused: the same values will be refused again. */
export function isDataError(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && /^(22|23|54)...$/.test(code);
}

/** The code of a driver's or a database's error; drizzle wraps them. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  return error.cause === undefined ? null : codeOf(error.cause);
}
