import { sayDuration } from './say-duration.ts';

/** What came of a replay so far, over all its calls. */
export interface Tally {
  /** Messages that Kairos answered for, `identified` among them. */
  posted: number;
  /** Messages that identify somebody, made by the replay. */
  identified: number;
  accepted: number;
  /** Messages that Kairos had taken before. */
  duplicates: number;
  /** Messages that Kairos looked at and refused. */
  rejected: number;
  /** Lines that could not be posted. */
  faulty: number;
}

export const emptyTally: Tally = {
  posted: 0,
  identified: 0,
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  faulty: 0,
};

/** Where a replay is, for its line of progress. */
export interface Status {
  tally: Tally;
  /** The last line that was read. */
  line: number;
  /** The moment of the recording that was posted last, epoch milliseconds; null before the first. */
  recordedMs: number | null;
  /** How late the next message is, real milliseconds; negative when it is still to come, null when none is known. */
  lateMs: number | null;
  /** Kairos's milliseconds in a real one. */
  clockSpeed: number;
  /** What is wrong at the moment, in words. */
  trouble: string | null;
}

/** Less is the jitter of a timer. Real milliseconds. */
const onTimeMs = 100;

/** One line on where a replay is. */
export function sayProgress({ tally, line, recordedMs, lateMs, clockSpeed, trouble }: Status): string {
  const moment = recordedMs === null ? '' : `, ${new Date(recordedMs).toISOString()} of the recording`;
  const place = `${number(tally.posted)} posted, at line ${number(line)}${moment}`;
  const parts = [place, sayLate(lateMs, clockSpeed), sayProblems(tally)];
  if (trouble !== null) parts.push(`${trouble}, trying again`);
  return parts.filter((part) => part !== '').join('; ');
}

function sayLate(lateMs: number | null, clockSpeed: number): string {
  if (lateMs === null) return '';
  if (lateMs > onTimeMs) return `behind by ${sayLag(lateMs, clockSpeed)}`;
  return lateMs < -onTimeMs ? `on time, next in ${sayDuration(-lateMs)}` : 'on time';
}

/** A delay in real time and, where it runs faster, on Kairos's clock. */
export function sayLag(realMs: number, clockSpeed: number): string {
  const real = sayDuration(realMs);
  return clockSpeed === 1 ? real : `${real} (${sayDuration(realMs * clockSpeed)} on Kairos's clock)`;
}

function sayProblems({ rejected, faulty }: Tally): string {
  return rejected + faulty === 0 ? '' : `${number(rejected)} rejected, ${number(faulty)} faulty lines`;
}

/** The totals, one sentence. */
export function sayTotals({ posted, identified, accepted, duplicates, rejected, faulty }: Tally): string {
  const own = identified === 0 ? '' : ` (${number(identified)} of them to identify somebody)`;
  return (
    `${number(posted)} posted${own}: ${number(accepted)} accepted, ${number(duplicates)} duplicates, ` +
    `${number(rejected)} rejected; ${number(faulty)} faulty lines.`
  );
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
