import type { Sql, TransactionSql } from 'postgres';

/**
 * Makes a pool's transactions survive the end of their connection. The driver (3.4.9; its issues 1066, 1154, 1208)
 * writes the `rollback`, the `commit` or the next query of such a transaction to a socket that is gone, and that
 * error is thrown where nobody can catch it: a restart of PostgreSQL ended the process.
 *
 * So when the connection is gone nothing more is sent on it: a query is refused here, and the driver, which would
 * send `rollback` or `commit` once the work settles, never sees it settle. It rejects the transaction by itself when
 * the connection closes.
 *
 * That it is gone, only the transaction's own queries say: what else the work calls may be refused a connection too, and
 * such a transaction, whose own connection stays, would neither be rolled back nor ever settle.
 */
export function guardTransactions(sql: Sql): void {
  const begin = sql.begin.bind(sql) as (options: string, work: Work) => Promise<unknown>;
  const guarded = async (first: string | Work, second?: Work): Promise<unknown> => {
    const [options, work] = typeof first === 'string' ? [first, second!] : ['', first];
    let isOver = false;
    const failures = new Set<unknown>();
    const result = begin(options, async (tx) => {
      try {
        const done = await work(guardQueries(tx, { isOver: () => isOver, failures }));
        return isOver ? await never() : done;
      } catch (error) {
        if (isOver || endsConnection(error, failures)) return never();
        throw error;
      }
    });
    return result.finally(() => (isOver = true));
  };
  Object.assign(sql, { begin: guarded });
}

type Work = (tx: TransactionSql) => unknown;

const never = () => new Promise<never>(() => {});

/** What is known of a transaction under way. */
interface Guard {
  isOver: () => boolean;
  /** What its own queries were rejected with. */
  failures: Set<unknown>;
}

/** The transaction's handle, whose queries are refused once it is over, and tell with what they fail. */
function guardQueries(tx: TransactionSql, guard: Guard): TransactionSql {
  const refuseWhenOver = () => {
    if (!guard.isOver()) return;
    const error = new Error('The connection of this transaction is closed.');
    throw Object.assign(error, { code: 'CONNECTION_CLOSED' });
  };
  return new Proxy(tx, {
    apply(target, self, args: Parameters<TransactionSql>) {
      refuseWhenOver();
      return watched(Reflect.apply(target, self, args), guard);
    },
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (name !== 'unsafe' && name !== 'savepoint' && name !== 'file') return value;
      refuseWhenOver();
      const call = value as (...args: unknown[]) => unknown;
      if (name !== 'savepoint') return (...args: unknown[]) => watched(call(...args), guard);
      // The work in it has a handle of its own.
      const guarded = (one: unknown) =>
        typeof one === 'function'
          ? (point: TransactionSql) => (one as Work)(guardQueries(point, guard))
          : one;
      return (...args: unknown[]) => call(...args.map(guarded));
    },
  });
}

/** A query, told of when it fails. To listen would begin it, and a fragment is never begun: so its `reject` is asked. */
function watched(query: unknown, { failures }: Guard): unknown {
  if (!(query instanceof Promise)) return query;
  const told = query as Promise<unknown> & { reject?: (error: unknown) => void };
  const { reject } = told;
  if (reject)
    told.reject = (error) => {
      failures.add(error);
      reject(error);
    };
  return query;
}

/** True for an error of the transaction's own after which the server or the driver closes the connection. */
function endsConnection(error: unknown, failures: ReadonlySet<unknown>): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (!failures.has(at)) continue;
    const { code, severity } = at as { code?: unknown; severity?: unknown };
    if (severity === 'FATAL' || severity === 'PANIC') return true;
    if (typeof code === 'string' && /^(CONNECTION_|CONNECT_TIMEOUT|E[A-Z]+$)/.test(code)) return true;
  }
  return false;
}
