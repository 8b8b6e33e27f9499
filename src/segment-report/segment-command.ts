import type { Sql } from '../db/connect.ts';
import { countMembers } from '../db/queries/count-members.ts';
import { evaluation } from '../db/queries/evaluate-predicate.ts';
import { explainQuery } from '../db/queries/explain-query.ts';
import { findCustomer } from '../db/queries/find-customer.ts';
import { memberSince } from '../db/queries/member-since.ts';
import { membersNow } from '../db/queries/members-now.ts';
import { segmentStates, type SegmentState } from '../db/queries/segment-states.ts';
import type { Segment } from '../define/segment.ts';
import { sentence } from '../define/sentence.ts';
import { sayValue } from '../domain/say-value.ts';
import { StartError } from '../errors.ts';
import { explain, type ExplainedLine } from './explain.ts';
import { outline } from './outline.ts';
import { segmentNamed } from './segment-named.ts';
import type { SegmentOptions } from './segment-options.ts';
import { sqlText } from './sql-text.ts';

/** What it takes to answer. */
export interface Asking {
  sql: Sql;
  segments: readonly Segment[];
  /** Kairos's time. */
  now: Date;
}

const shownMembers = 10;
/** Characters of a line of the plan: a filter repeats the whole of the SQL. */
const planWidth = 240;

/**
 * What `npm run segment` says. @throws AppError `unknown-segment`; StartError when nobody has the customer's id.
 */
export async function segmentReport(
  asking: Asking,
  { name, customer, analyze }: SegmentOptions,
): Promise<string> {
  if (name === null) return list(asking);
  const segment = segmentNamed(name, asking.segments);
  return customer === null ? about(asking, segment, analyze) : aboutCustomer(asking, segment, customer);
}

async function list({ sql, segments }: Asking): Promise<string> {
  const names = segments.map((one) => one.name);
  const [states, counts] = await Promise.all([segmentStates(sql), countMembers(sql, names)]);
  const widest = Math.max(...names.map(({ length }) => length));
  return segments
    .map(({ name, where }) => {
      const kept = sayKept(
        counts.get(name) ?? 0,
        states.find((state) => state.name === name),
      );
      return `${name.padEnd(widest)}  ${sentence(where)}\n${' '.repeat(widest)}  ${kept}`;
    })
    .join('\n');
}

async function about({ sql, now }: Asking, { name, where }: Segment, analyze: boolean): Promise<string> {
  const text = sqlText((recorder) => evaluation(recorder, where, { who: 'everybody', now }));
  const [plan, members, states, counts] = await Promise.all([
    explainQuery(sql, text, { analyze }),
    membersNow(sql, where, { now, limit: shownMembers }),
    segmentStates(sql),
    countMembers(sql, [name]),
  ]);
  const kept = sayKept(
    counts.get(name) ?? 0,
    states.find((state) => state.name === name),
  );
  return [
    `${name}: ${sentence(where)}`,
    part('Line by line', outline(where).map(indented)),
    part(`SQL for everybody, at ${now.toISOString()}`, text.split('\n')),
    part('Plan', plan.map(shortened)),
    part(
      `Members by this definition now: ${members.count}; routing keeps ${kept}`,
      members.first.map(sayMember),
    ),
  ].join('\n\n');
}

async function aboutCustomer({ sql, now }: Asking, { name, where }: Segment, id: string): Promise<string> {
  const customerId = await findCustomer(sql, id);
  if (customerId === null)
    throw new StartError(`Nobody has ${sayValue(id)} as internal id, userId or anonymousId.`);
  const { lines, since } = await sql.begin('isolation level repeatable read read only', async (tx) => ({
    lines: await explain(tx, where, { customerId, now }),
    since: await memberSince(tx, name, customerId),
  }));
  const kept = since === null ? 'not as a member' : `as a member since ${since.toISOString()}`;
  return [
    `${name}: ${sentence(where)}`,
    part(
      `${lines[0]!.holds ? 'Holds' : 'Does not hold'} for ${id} (${customerId}) at ${now.toISOString()}; routing keeps them ${kept}`,
      lines.map(sayLine),
    ),
  ].join('\n\n');
}

function sayKept(members: number, state: SegmentState | undefined): string {
  if (!state) return 'nobody yet: no router with this code has run';
  if (state.nextGeneration === null)
    return `${members}, computed ${state.computedAt?.toISOString() ?? 'never'}`;
  return `${members}, and computes it anew: ${state.done} of ${state.total} customers`;
}

const part = (title: string, lines: readonly string[]): string =>
  [title, ...lines.map((line) => `  ${line}`)].join('\n');

const shortened = (line: string): string =>
  line.length <= planWidth ? line : `${line.slice(0, planWidth)}…`;

const indented = ({ depth, words }: { depth: number; words: string }): string =>
  `${'  '.repeat(depth)}${words}`;

function sayLine({ holds, found, ...line }: ExplainedLine): string {
  return `${holds ? 'yes' : 'no '}  ${indented(line)}${found === null ? '' : `  (${found})`}`;
}

const sayMember = ({ id, userIds }: { id: string; userIds: readonly string[] }): string =>
  [id, ...userIds].join('  ');
