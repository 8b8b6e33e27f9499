import { connect } from '../../../src/db/connect.ts';
import { carryOut, type Asked, type Step } from './steps.ts';

/**
 * A worker's process that lives to be killed: it carries out several activities at once, and each stands still for ever
 * right before its step of that number. It writes a line when one of them has come there.
 */
export interface Dying {
  nowMs: number;
  tasks: readonly { databaseUrl: string; asked: Asked; stopAt: number }[];
}

const { nowMs, tasks } = JSON.parse(process.argv[2]!) as Dying;
const urls = [...new Set(tasks.map(({ databaseUrl }) => databaseUrl))];
// Who stands still before a commit keeps a connection.
const databases = new Map(urls.map((url) => [url, connect(url, { max: tasks.length + 2 })]));
for (const { databaseUrl, asked, stopAt } of tasks) {
  let steps = 0;
  const before = async (step: Step) => {
    if (steps++ !== stopAt) return;
    process.stdout.write(`stands before ${step}\n`);
    await new Promise(() => {});
  };
  const { sql } = databases.get(databaseUrl)!;
  void carryOut({ sql, nowMs }, asked, before).catch((error: unknown) => console.error(error));
}
