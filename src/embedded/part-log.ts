import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Say } from './progress.ts';

/** A log that grows past this is put aside as `.1`, in the place of the one before: two files at most. */
const boundBytes = 10_000_000;
const tailLines = 15;

/** What a part writes: kept in a file of bounded size, and shown at the terminal where it is a warning or an error. */
export class PartLog {
  readonly #path: string;
  readonly #say: Say;
  #stream: WriteStream;
  #bytes: number;
  #tail: string[] = [];

  constructor(path: string, say: Say) {
    this.#path = path;
    this.#say = say;
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.#stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  }

  /** Takes in each line of a stream; `shown` says what the terminal sees of a line, if anything. */
  follow(stream: Readable, shown: (line: string) => string | null): void {
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
      this.#write(line);
      const visible = shown(line);
      if (visible !== null) this.#say(visible);
    });
  }

  /** The newest lines, for the report of a part that did not start. */
  tail(): string {
    return this.#tail.join('\n');
  }

  async close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve));
  }

  #write(line: string): void {
    this.#tail = [...this.#tail, line].slice(-tailLines);
    if (this.#bytes > boundBytes) this.#rotate();
    this.#bytes += line.length + 1;
    this.#stream.write(`${line}\n`);
  }

  #rotate(): void {
    this.#stream.end();
    renameSync(this.#path, join(dirname(this.#path), `${basename(this.#path, '.log')}.1.log`));
    this.#stream = createWriteStream(this.#path, { flags: 'a', mode: 0o600 });
    this.#bytes = 0;
  }
}

const warning = 40;

/** Of the lines that our own parts log (JSON with a level), the message of a warning or worse; else null. */
export function shownOfJson(line: string): string | null {
  if (!line.startsWith('{')) return /\b(WARN|ERROR|FATAL)\b/.test(line) ? line : null;
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level?: number;
      msg?: string;
      err?: { message?: string };
    };
    if (level === undefined || level < warning) return null;
    return [msg, err?.message].filter((text, i, all) => text && all.indexOf(text) === i).join(': ');
  } catch {
    return line;
  }
}
