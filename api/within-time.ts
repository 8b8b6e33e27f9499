/**
 * What `work` comes to, if it does within so many real milliseconds; it is not given up itself. A database that has
 * gone without a word leaves its connections hanging: `statement_timeout` is not enough.
 * @throws Error of code `ETIMEDOUT` when it takes longer.
 */
export async function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    const error = Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' });
    timer = setTimeout(() => failed(error), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
