import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Channel } from '../domain/task-queues.ts';
import { StartError } from '../errors.ts';
import { sandboxBounds } from './bounds.ts';
import { headOf, lineOf, sameAddress, type InboxMessage, type MessageHead } from './inbox-message.ts';
import { MessageIndex, type Place } from './message-index.ts';

export interface MessageFilter {
  to?: string | undefined;
  channel?: Channel | undefined;
  limit: number;
}

/** The inbox is full: what to do stands in the message. */
export class InboxFullError extends Error {}

/**
 * All that the sandbox ever took, a line of JSON for each message, only ever added to. A message counts from the moment
 * its whole line is written; a line that a crash tore was never answered for, and is cut off at the next start.
 * There is no fsync: the file outlives the process, not the machine.
 */
export class MessageFile implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #index: MessageIndex;
  #end: number;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, index: MessageIndex, end: number) {
    this.path = path;
    this.#file = file;
    this.#index = index;
    this.#end = end;
  }

  /** Opens or creates the file. @throws StartError for a file that is not ours. */
  static async open(path: string): Promise<MessageFile> {
    await mkdir(dirname(path), { recursive: true });
    // Addresses and messages: nobody else's to read.
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const index = new MessageIndex();
      const end = await readHeads(file, path, index);
      await file.truncate(end);
      return new MessageFile(path, file, index, end);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get count(): number {
    return this.#index.count;
  }

  /** Takes messages, all or none as far as nobody pulls the plug. @throws InboxFullError over the bound. */
  append(messages: InboxMessage[]): Promise<void> {
    const done = this.#writing.then(() => this.#write(messages));
    this.#writing = done.catch(() => undefined);
    return done;
  }

  /** The lines of the messages that match, newest first, each the JSON of an InboxMessage. */
  async *newest(filter: MessageFilter): AsyncGenerator<Buffer> {
    let left = filter.limit;
    for (const places of neighbours(this.#index.newest(filter))) {
      if (left <= 0) return;
      for (const line of await this.#read(places)) {
        if (left <= 0) return;
        if (filter.to !== undefined && !sameAddress(headOf(line).to, filter.to)) continue;
        left -= 1;
        yield line;
      }
    }
  }

  /** Waits for what is being written, and closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(messages: InboxMessage[]): Promise<void> {
    if (this.count + messages.length > sandboxBounds.messages) {
      throw new InboxFullError(
        `The inbox holds ${this.count} of at most ${sandboxBounds.messages} messages: stop Kairos and move ${this.path} away.`,
      );
    }
    const start = this.#end;
    const taken: [MessageHead, Place][] = [];
    try {
      for (const message of messages) {
        const line = lineOf(message);
        await writeAll(this.#file, line, this.#end);
        taken.push([message, { offset: this.#end, length: line.length - 1 }]);
        this.#end += line.length;
      }
    } catch (error) {
      // The disk is full, say: half a line must not become the beginning of the next.
      this.#end = start;
      await this.#file.truncate(start);
      throw error;
    }
    for (const [head, place] of taken) this.#index.add(head, place);
  }

  /** The lines at neighbouring places, read at once. Places come newest first, as lines go out. */
  async #read(places: Place[]): Promise<Buffer[]> {
    const first = places.at(-1)!;
    const last = places[0]!;
    const block = Buffer.allocUnsafe(last.offset + last.length - first.offset);
    const { bytesRead } = await this.#file.read(block, 0, block.length, first.offset);
    if (bytesRead < block.length) throw new Error(`${this.path} became shorter while the sandbox ran.`);
    return places.map(({ offset, length }) => {
      const from = offset - first.offset;
      return block.subarray(from, from + length);
    });
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const done = await file.write(bytes, written, bytes.length - written, position + written);
    written += done.bytesWritten;
  }
}

/** Groups places that lie side by side, so that a page is a few reads and not a thousand. */
function* neighbours(places: Iterable<Place>): Generator<Place[]> {
  let group: Place[] = [];
  let bytes = 0;
  for (const place of places) {
    const before = group.at(-1);
    const adjacent = before !== undefined && place.offset + place.length + 1 === before.offset;
    if (group.length > 0 && (!adjacent || bytes + place.length > sandboxBounds.readBytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(place);
    bytes += place.length + 1;
  }
  if (group.length > 0) yield group;
}

/** Fills the index from the file. Returns where the last whole line ends. */
async function readHeads(file: FileHandle, path: string, index: MessageIndex): Promise<number> {
  let end = 0;
  let rest: Buffer = Buffer.alloc(0);
  const chunk = Buffer.allocUnsafe(sandboxBounds.readBytes);
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, end + rest.length);
    if (bytesRead === 0) return end;
    const block = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let from = 0;
    for (let to = block.indexOf(10); to >= 0; to = block.indexOf(10, from)) {
      index.add(headAt(block.subarray(from, to), path, end), { offset: end, length: to - from });
      end += to + 1 - from;
      from = to + 1;
    }
    rest = block.subarray(from);
  }
}

function headAt(line: Buffer, path: string, offset: number): MessageHead {
  try {
    return headOf(line);
  } catch (error) {
    throw new StartError(
      `The sandbox cannot read its inbox: there is no message at byte ${offset} of ${path}. Move that file away and start again.`,
      { cause: error },
    );
  }
}
