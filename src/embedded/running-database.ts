import { resolve } from 'node:path';
import { StartError } from '../errors.ts';
import { readHomeFile } from './home-file.ts';
import { answersQueries, clusterUrl } from './postgres.ts';
import { databaseName } from './provide-database.ts';

/**
 * The URL of the database of a Kairos that runs: the one DATABASE_URL names, else that of the PostgreSQL which
 * `npm start` keeps for this home. @throws StartError that says what to start, where none of the two answers.
 */
export async function runningDatabase(config: {
  DATABASE_URL?: string | undefined;
  KAIROS_HOME: string;
}): Promise<string> {
  const given = config.DATABASE_URL;
  if (given !== undefined) return answering(given, 'The database in DATABASE_URL does not answer.');
  const home = resolve(config.KAIROS_HOME);
  const { postgres, ports } = await readHomeFile(home);
  const port = ports['postgres'];
  const cure =
    `No Kairos runs in the home ${home}.\nStart it with npm start (of another home: set KAIROS_HOME, such as ` +
    '.kairos/demo), or set DATABASE_URL to the database of one that runs elsewhere.';
  if (port === undefined) throw new StartError(cure);
  return answering(clusterUrl({ password: postgres.password }, port, databaseName), cure);
}

async function answering(url: string, otherwise: string): Promise<string> {
  if (await answersQueries(url)) return url;
  throw new StartError(otherwise);
}
