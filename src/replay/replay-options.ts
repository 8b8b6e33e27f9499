import { parseArgs } from 'node:util';
import { StartError } from '../errors.ts';
import { sayValue } from '../domain/say-value.ts';
import { clientTimeMs } from '../domain/client-time.ts';

/** What a replay was asked to do. Times are epoch milliseconds of the recording. */
export interface ReplayOptions {
  file: string;
  /** The first moment of the recording to post, itself included; null from its beginning. */
  fromMs: number | null;
  /** The first moment of the recording not to post any more; null up to its end. */
  toMs: number | null;
  /** How many times faster than Kairos's own clock. */
  speed: number;
  /** Whose addresses everybody gets, or null to identify nobody. */
  reachable: string | null;
  /** Where Kairos is, without a slash at the end; null for the environment's. */
  url: string | null;
  /** Start over, as new messages. */
  again: boolean;
  /** Stop at the first line that cannot be posted. */
  strict: boolean;
}

export const replayUsage = `npm run replay -- FILE [options]

Posts recorded Segment messages and CloudEvents (NDJSON, also gzipped) to a running Kairos, in their order and rhythm, moved to now.
Called again, it goes on where it stopped.

  --from TIME         from this moment of the recording on (ISO 8601; UTC when it names no zone)
  --to TIME           up to this moment, itself not included
  --speed N           N times faster than Kairos's clock (default 1)
  --reachable DOMAIN  first identifies everybody with <id>@DOMAIN and their consent to e-mail
  --url URL           where Kairos is (default KAIROS_URL, else http://127.0.0.1:PORT)
  --again             from the beginning and as new messages, though it was posted before
  --strict            stop at the first line that cannot be posted

The write key is KAIROS_WRITE_KEY, the admin key (for CloudEvents) KAIROS_ADMIN_KEY; where it got to is kept in KAIROS_HOME/replay.`;

/** The options in the arguments of a command line, or `help`. @throws StartError that says what came and what to write. */
export function parseReplayOptions(args: string[]): ReplayOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [file, ...more] = positionals;
  if (file === undefined) throw wrong('There is no FILE');
  if (more.length > 0) throw wrong(`There is one FILE at a time, not also ${sayValue(more[0])}`);
  const fromMs = time('--from', values.from);
  const toMs = time('--to', values.to);
  if (fromMs !== null && toMs !== null && fromMs >= toMs) throw wrong('--from is not before --to');
  return {
    file,
    fromMs,
    toMs,
    speed: positive('--speed', values.speed),
    reachable: domain(values.reachable),
    url: values.url === undefined ? null : httpUrl(values.url),
    again: values.again,
    strict: values.strict,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        speed: { type: 'string', default: '1' },
        reachable: { type: 'string' },
        url: { type: 'string' },
        again: { type: 'boolean', default: false },
        strict: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message.replace(/\.$/, ''));
  }
}

function time(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = clientTimeMs(text);
  if (ms === null)
    throw wrong(`${name} ${sayValue(text)} is not a time: write 2015-07-20 or 2015-07-20T09:00:00Z`);
  return ms;
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw wrong(`${name} ${sayValue(text)} is not a number above 0: write 2 for twice as fast, 0.5 for half`);
}

function domain(text: string | undefined): string | null {
  if (text === undefined) return null;
  const given = text.replace(/^@/, '');
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(given)) return given;
  throw wrong(
    `--reachable ${sayValue(text)} is not a domain: write one that nobody owns, such as example.test`,
  );
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:\/\//.test(text)) return text.replace(/\/+$/, '');
  throw wrong(`--url ${sayValue(text)} is not an address: write http://127.0.0.1:3000`);
}

function wrong(sentence: string): StartError {
  return new StartError(`${sentence}.\nnpm run replay -- --help shows what can be said.`);
}
