import { parseArgs } from 'node:util';
import { sayValue } from '../domain/say-value.ts';
import { StartError } from '../errors.ts';

/** What is asked about segments. */
export interface SegmentOptions {
  /** Null: which there are. */
  name: string | null;
  /** Any id of the customer whom it is asked about; null: everybody. */
  customer: string | null;
  /** Run the query, and say what each step of the plan took. */
  analyze: boolean;
}

export const segmentUsage = `npm run segment                        which segments there are
npm run segment -- NAME                what it is in words and in SQL, PostgreSQL's plan, how many are in it and ten of them
npm run segment -- NAME --analyze      the same; the plan with what each step took
npm run segment -- NAME --customer ID  line by line, which part of it holds for a customer (internal id, userId or anonymousId)

Asks the database in DATABASE_URL, else that of the Kairos that runs in KAIROS_HOME (.kairos).`;

/** The options in the arguments of a command line, or `help`. @throws StartError that says what came and what to write. */
export function parseSegmentOptions(args: string[]): SegmentOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [name = null, ...more] = positionals;
  if (more.length > 0) throw wrong(`There is one NAME at a time, not also ${sayValue(more[0])}`);
  const { customer = null, analyze } = values;
  if (name === null && (customer !== null || analyze)) throw wrong('There is no NAME');
  if (customer === '') throw wrong('--customer has no ID');
  return { name, customer, analyze };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        customer: { type: 'string' },
        analyze: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message.replace(/\.$/, ''));
  }
}

function wrong(sentence: string): StartError {
  return new StartError(`${sentence}.\nnpm run segment -- --help shows what can be said.`);
}
