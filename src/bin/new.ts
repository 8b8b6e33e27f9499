import { join } from 'node:path';
import { StartError } from '../errors.ts';
import { runNew } from '../new/new-command.ts';

try {
  console.log(await runNew(join(import.meta.dirname, '..', '..'), process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
