import { createClock } from '../clock.ts';
import { loadConfig } from '../config.ts';
import { connect } from '../db/connect.ts';
import { readHome } from '../db/home.ts';
import { pendingMigrations } from '../db/queries/pending-migrations.ts';
import { runningDatabase } from '../embedded/running-database.ts';
import { AppError, StartError } from '../errors.ts';
import { segmentReport } from '../segment-report/segment-command.ts';
import { parseSegmentOptions, segmentUsage, type SegmentOptions } from '../segment-report/segment-options.ts';
import { segments } from '../segments/index.ts';
import { countInCurrency } from '../segments/shop-currency.ts';

/** `npm run segment`: what a segment is, who is in it, and for one customer why. */
async function report(options: SegmentOptions): Promise<string> {
  const config = loadConfig(process.env);
  countInCurrency(config.KAIROS_CURRENCY);
  const database = connect(await runningDatabase(config), {
    name: 'kairos segment',
    max: 4,
  });
  try {
    if ((await pendingMigrations(database.sql)) > 0) {
      throw new StartError(
        'The database is older than this code: start Kairos with it, or run npm run migrate.',
      );
    }
    const { scale } = await readHome(database.sql);
    return await segmentReport({ sql: database.sql, segments, now: createClock(scale).now() }, options);
  } finally {
    await database.end();
  }
}

try {
  const options = parseSegmentOptions(process.argv.slice(2));
  console.log(options === 'help' ? segmentUsage : await report(options));
} catch (error) {
  const isSentence = error instanceof StartError || error instanceof AppError;
  console.error(isSentence ? error.message : error);
  process.exitCode = 1;
}
