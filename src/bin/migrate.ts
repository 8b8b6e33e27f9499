import { createClock } from '../clock.ts';
import { loadConfig } from '../config.ts';
import { connect } from '../db/connect.ts';
import { openHome } from '../db/home.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { realTime } from '../domain/time-scale.ts';
import { checkOutside } from '../embedded/outside.ts';
import { StartError } from '../errors.ts';
import { temporalTarget } from '../temporal.ts';

/**
 * The migrating process of a deployment: it has to end well before the API, the router and the worker of the same
 * release start. Brings the database to this release, fixes what is fixed with the data, and gives the Temporal
 * namespace the search attributes of runs. May run any number of times, and several at once.
 */
async function migrate(): Promise<void> {
  const config = loadConfig(process.env);
  const url = config.DATABASE_URL;
  if (!url) throw new StartError('DATABASE_URL is not set: name the database that is to be migrated.');
  if (!temporalTarget(process.env)) {
    throw new StartError(
      'TEMPORAL_ADDRESS is not set: name the Temporal that is to get the search attributes.',
    );
  }
  // Speed belongs to the embedded Kairos: with real customers an hour is an hour.
  if ((config.KAIROS_CLOCK_SPEED ?? 1) !== 1) {
    throw new StartError(
      `KAIROS_CLOCK_SPEED=${config.KAIROS_CLOCK_SPEED}: a deployment runs in real time; unset it. ` +
        '`npm start` runs at other speeds.',
    );
  }
  await checkOutside({ config, env: process.env, say: console.log });
  await migrateDatabase(url);
  const database = connect(url, { name: 'kairos migrate', max: 1 });
  try {
    await openHome(database.sql, { clockSpeed: 1, realNow: createClock(realTime).realNow() });
  } finally {
    await database.end();
  }
}

try {
  await migrate();
  console.log('migrated');
  process.exit(0);
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}
