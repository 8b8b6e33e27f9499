import autocannon from 'autocannon';
import type { Load } from '../load.ts';

/** A process that loads a server as it is told by its parent, tells what came of it, and ends. */
process.once('message', (told) => void run(told as Load));

async function run({ url, path, body, connections, bound, rate }: Load): Promise<void> {
  const result = await autocannon({
    url: `${url}${path}`,
    method: 'POST',
    headers: { authorization: 'Bearer dev-write-key', 'content-type': 'application/json' },
    body,
    idReplacement: true,
    connections,
    ...('seconds' in bound ? { duration: bound.seconds } : { amount: bound.requests }),
    ...(rate === undefined ? {} : { overallRate: rate }),
  });
  const bad = result.errors + result.timeouts + result.non2xx;
  const answered = result['2xx'];
  const seconds = (result.finish.getTime() - result.start.getTime()) / 1_000;
  process.send!({ answered, perSecond: answered / seconds, bad }, () => process.exit(0));
}
