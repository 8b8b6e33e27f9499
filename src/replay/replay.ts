/**
 * Plays a recording to a running Kairos.
 *
 * A line is a Segment message or a CloudEvent; each kind has its path, and both come in the one order of the file.
 * Lines are read one ahead. The first to be posted is due at once, each other when Kairos's clock has advanced by what
 * lies between the two in the recording. What is due goes out together, in the file's order, and nothing else until
 * that was answered. Only then is it noted in the progress file: a crash in between repeats one batch, whose messages
 * have the same ids again.
 *
 * It ends when the file does, when it is told to stop, or when Kairos takes nothing: never by leaving something out.
 */
import type { Clock } from '../clock.ts';
import { Ahead } from './ahead.ts';
import type { Answer } from './answer.ts';
import { Batch, type Stamped } from './batch.ts';
import { outgoingEvent, outgoingMeeting, outgoingRecorded } from './outgoing.ts';
import { People } from './people.ts';
import type { Progress } from './progress-file.ts';
import type { RecordedEvent } from './recorded-event.ts';
import type { RecordedLine } from './recorded-lines.ts';
import { addedBytes, recordedMessage, type FaultyLine, type RecordedMessage } from './recorded-message.ts';
import type { ReplayOptions } from './replay-options.ts';
import { dueMs, type Rhythm } from './rhythm.ts';
import type { Status, Tally } from './tally.ts';

type Recorded = RecordedMessage | RecordedEvent;

export interface ReplayParts {
  lines: AsyncIterable<RecordedLine>;
  /** Where an earlier call stopped. */
  progress: Progress;
  options: Pick<ReplayOptions, 'fromMs' | 'toMs' | 'speed' | 'reachable' | 'strict'>;
  clockSpeed: number;
  clock: Clock;
  poster: { post(batch: Stamped): Promise<Answer>; readonly trouble: string | null };
  /** Waits for real milliseconds, or until the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Stops it after the batch under way. */
  signal: AbortSignal;
  /** Keeps how far it came. */
  save(progress: Progress): Promise<void>;
  /** Told of each line that was not taken. */
  complain(sentence: string): void;
}

export type Ending =
  | { how: 'finished' }
  /** It was told to stop. */
  | { how: 'stopped' }
  /** Kairos takes nothing, or a line cannot be posted and that was to end it. */
  | { how: 'failed'; sentence: string };

/** A computer that slept, or whose clock was set, is noticed after this at most. */
const longestSleepMs = 60_000;

export class Replay {
  /** The worst delay of a message, real milliseconds. */
  mostLateMs = 0;
  private readonly parts: ReplayParts;
  private readonly entries: Ahead<Recorded | FaultyLine>;
  private readonly people = new People();
  private readonly tally: Tally;
  /** The last line that was dealt with or is in the batch; kept only after the answer. */
  private line: number;
  private lineRead = 0;
  private rhythm: Rhythm | null = null;
  private recordedMs: number | null = null;
  /** When the next message is due, or the batch under way was; null before the first. */
  private nextDueMs: number | null = null;
  private lastDueMs = 0;
  private lastAnswerMs = 0;
  private ending: Ending = { how: 'finished' };

  constructor(parts: ReplayParts) {
    this.parts = parts;
    this.tally = { ...parts.progress.tally };
    this.line = parts.progress.line;
    this.entries = new Ahead(this.read());
  }

  /** Where it is now. */
  status(): Status {
    const { clockSpeed, poster } = this.parts;
    const lateMs = this.nextDueMs === null ? null : this.nowMs() - this.nextDueMs;
    const { recordedMs, lineRead } = this;
    return {
      tally: { ...this.tally },
      line: lineRead,
      recordedMs,
      lateMs,
      clockSpeed,
      trouble: poster.trouble,
    };
  }

  /** Plays to the end. @throws StartError when the recording cannot be read further. */
  async run(): Promise<Ending> {
    for (;;) {
      const batch = await this.collect();
      if (batch.isEmpty) break;
      const answer = await this.post(batch);
      if (!answer.taken) return { how: 'failed', sentence: answer.sentence };
      this.note(batch, answer);
      await this.save();
    }
    await this.save();
    await this.entries.close();
    return this.parts.signal.aborted ? { how: 'stopped' } : this.ending;
  }

  /** What is due, once something is; nothing at the end. */
  private async collect(): Promise<Batch> {
    const batch = new Batch();
    while (!this.parts.signal.aborted) {
      const entry = await this.nextMessage();
      if (entry === null || !batch.isFor(kindOf(entry)) || !batch.hasRoomFor(entry.bytes + addedBytes)) break;
      this.nextDueMs = this.dueMs(entry);
      const waitMs = this.nextDueMs - this.nowMs();
      if (waitMs <= 0) this.take(entry, batch);
      else if (batch.isEmpty)
        await this.parts.sleep(Math.min(Math.ceil(waitMs), longestSleepMs), this.parts.signal);
      else break;
    }
    return batch;
  }

  /** The next message, past the lines that are none; null at the end. */
  private async nextMessage(): Promise<Recorded | null> {
    for (;;) {
      const entry = await this.entries.peek();
      if (entry === null || !('fault' in entry)) return entry;
      if (this.parts.options.strict) {
        this.ending = { how: 'failed', sentence: entry.fault };
        return null;
      }
      this.entries.take();
      this.line = entry.line;
      this.tally.faulty += 1;
      this.parts.complain(entry.fault);
    }
  }

  private take(entry: Recorded, batch: Batch): void {
    const due = this.dueMs(entry);
    if ('event' in entry) batch.add(outgoingEvent(entry, this.parts.progress.suffix), due);
    else this.takeMessage(entry, batch, due);
    this.entries.take();
    this.line = entry.line;
    this.recordedMs = entry.atMs;
    this.lastDueMs = due;
  }

  private takeMessage(entry: RecordedMessage, batch: Batch, due: number): void {
    const { options, progress } = this.parts;
    const { line } = entry;
    const meeting = options.reachable === null ? null : this.people.meet(entry);
    if (meeting !== null && options.reachable !== null) {
      batch.add(outgoingMeeting(meeting, { line, domain: options.reachable, suffix: progress.suffix }), due);
    }
    batch.add(outgoingRecorded(entry, progress.suffix), due);
  }

  private async post(batch: Batch): Promise<Answer> {
    const nowMs = this.nowMs();
    this.nextDueMs = batch.dueMs;
    this.mostLateMs = Math.max(this.mostLateMs, nowMs - batch.dueMs);
    const answer = await this.parts.poster.post(batch.stamped(this.lastAnswerMs, nowMs));
    this.lastAnswerMs = this.nowMs();
    return answer;
  }

  private note({ items }: Batch, answer: Extract<Answer, { taken: true }>): void {
    const { tally } = this;
    tally.posted += items.length;
    tally.identified += items.filter(({ isMeeting }) => isMeeting).length;
    tally.accepted += answer.accepted;
    tally.duplicates += answer.duplicates;
    tally.rejected += answer.rejected.length;
    for (const { index, sentence } of answer.rejected) {
      const item = items[index]!;
      const { type } = 'event' in item ? item.event : item.message;
      this.parts.complain(`Line ${item.line} (${type}) was rejected: ${sentence}`);
    }
  }

  private async save(): Promise<void> {
    await this.parts.save({ ...this.parts.progress, line: this.line, tally: { ...this.tally } });
  }

  /** What was recorded out of order is due with what came before it. */
  private dueMs({ atMs }: Recorded): number {
    const { clockSpeed, options } = this.parts;
    if (this.rhythm === null) {
      this.lastAnswerMs = this.nowMs();
      this.rhythm = { firstMs: atMs, startMs: this.lastAnswerMs, pace: clockSpeed * options.speed };
    }
    return Math.max(this.lastDueMs, dueMs(atMs, this.rhythm));
  }

  private nowMs(): number {
    return this.parts.clock.realNow().getTime();
  }

  /** What is left to post. Of what an earlier call posted, only whose it was is noted. */
  private async *read(): AsyncGenerator<Recorded | FaultyLine> {
    const { lines, options, progress, signal } = this.parts;
    const fromMs = options.fromMs ?? -Infinity;
    const toMs = options.toMs ?? Infinity;
    for await (const line of lines) {
      if (signal.aborted) return;
      this.lineRead = line.number;
      const entry = recordedMessage(line);
      if (entry === null) continue;
      if ('atMs' in entry && (entry.atMs < fromMs || entry.atMs >= toMs)) continue;
      if (line.number > progress.line) yield entry;
      else if ('body' in entry) this.people.meet(entry);
    }
  }
}

const kindOf = (entry: Recorded): Stamped['kind'] => ('event' in entry ? 'events' : 'messages');
