import type { Connection } from '@temporalio/client';
import type { Clock } from '../src/clock.ts';
import type { Config } from '../src/config.ts';
import type { Database } from '../src/db/connect.ts';
import type { Bounds } from '../src/domain/bounds.ts';
import type { Content } from '../src/define/content.ts';
import type { JourneyDefinition } from '../src/define/journey.ts';
import type { WatchDefinition } from '../src/define/watch.ts';
import type { Log } from '../src/log.ts';
import type { Ingestion } from './ingestion/ingestion.ts';
import type { Keys } from './keys.ts';

/** What the API is wired with. */
export interface ApiDeps {
  database: Database;
  clock: Clock;
  config: Config;
  /** The home's: keys hashes of addresses, and links that lead out. */
  secret: string;
  /** Asked only whether it is there. */
  temporal?: Connection | undefined;
  /** Of each name the newest version; none when not given. */
  journeys?: readonly JourneyDefinition[];
  /** Likewise. */
  watches?: readonly WatchDefinition[];
  /** What messages say; nothing when not given. */
  contents?: readonly Content<unknown>[];
  /** One of its own when none is given. */
  ingestion?: Ingestion;
  /** Silent when none is given. */
  log?: Log;
  /** Of the pages that listen; those of `bounds` unless told. */
  onsiteLimits?: Bounds;
  /** How long an import that is sent again waits for the one before it; that of `bounds` unless told. */
  importRepeatMs?: number;
  /** Aborted when this process stops: what could go on for hours ends. */
  stopping?: AbortSignal;
}

/** What every route is given. */
export interface RouteDeps extends ApiDeps {
  keys: Keys;
  ingestion: Ingestion;
  journeys: readonly JourneyDefinition[];
  watches: readonly WatchDefinition[];
  contents: readonly Content<unknown>[];
  log: Log;
}
