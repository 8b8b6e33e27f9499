import type { Sql, TransactionSql } from 'postgres';

/**
 * Makes a pool's transactions survive the end of their connection. The driver (3.4.9; its issues 1066, 1154, 1208)
 * writes the `rollback`, the `commit` or the next query of such a transaction to a socket that is gone, and that
 * error is thrown where nobody can catch it: a restart of PostgreSQL ended the process.
 *
 * So when the connection is gone nothing more is sent on it: a query is refused here, and the driver, which would
 * send `rollback` or `commit` once the work settles, never sees it settle. It rejects the transaction by itself when
 * the connection closes.
 */
export function guardTransactions(sql: Sql): void {
  const begin = sql.begin.bind(sql) as (options: string, work: Work) => Promise<unknown>;
  const guarded = async (first: string | Work, second?: Work): Promise<unknown> => {
    const [options, work] = typeof first === 'string' ? [first, second!] : ['', first];
    let isOver = false;
    const result = begin(options, async (tx) => {
      try {
        const done = await work(guardQueries(tx, () => isOver));
        return isOver ? await never() : done;
      } catch (error) {
        if (isOver || endsConnection(error)) return never();
        throw error;
      }
    });
    return result.finally(() => (isOver = true));
  };
  Object.assign(sql, { begin: guarded });
}

type Work = (tx: TransactionSql) => unknown;

const never = () => new Promise<never>(() => {});

/** The transaction's handle, whose queries are refused once it is over. */
function guardQueries(tx: TransactionSql, isOver: () => boolean): TransactionSql {
  const refuseWhenOver = () => {
    if (!isOver()) return;
    const error = new Error('The connection of this transaction is closed.');
    throw Object.assign(error, { code: 'CONNECTION_CLOSED' });
  };
  return new Proxy(tx, {
    apply(target, self, args: Parameters<TransactionSql>) {
      refuseWhenOver();
      return Reflect.apply(target, self, args) as unknown;
    },
    get(target, name, receiver) {
      if (name === 'unsafe' || name === 'savepoint' || name === 'file') refuseWhenOver();
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}

/** True for an error after which the server or the driver closes the connection. */
function endsConnection(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, severity } = at as { code?: unknown; severity?: unknown };
    if (severity === 'FATAL' || severity === 'PANIC') return true;
    if (typeof code === 'string' && /^(CONNECTION_|CONNECT_TIMEOUT|E[A-Z]+$)/.test(code)) return true;
  }
  return false;
}
