import postgres from 'postgres';

/**
 * Classes of SQLSTATE that mean the data cannot be worked with (data exception, integrity violation, more than the
 * database can hold in one value). Any other error of the database is its own trouble, or ours with it, and passes.
 */
const dataClasses = ['22', '23', '54'];

/** Whether a failure is the doing of the events in hand, so that trying again cannot help. */
export function isDoingOfData(error: unknown): boolean {
  if (error instanceof postgres.PostgresError) return dataClasses.includes(error.code.slice(0, 2));
  const code = (error as { code?: unknown } | null)?.code;
  // What a lost connection throws carries a code; what our own code throws over strange data does not.
  return error instanceof Error && (code === undefined || error.name === 'PoisonEvent');
}
