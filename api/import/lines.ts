import { createHash } from 'node:crypto';

/** A line of an import, counted from 1; `bytes` is null when there were more than the bound. */
export interface ImportLine {
  number: number;
  bytes: Buffer | null;
}

const newline = 0x0a;

/**
 * The lines of a body, one at a time and in order. Whatever its length, no more than one line and the streams' buffers
 * are in memory; what goes over `maxBytes` is passed over as it comes. It keeps a hash of all that it has handed out:
 * by that an import knows its file again.
 */
export class ImportLines {
  private readonly hash = createHash('sha256');
  private readonly chunks: AsyncIterable<Buffer>;
  private readonly maxBytes: number;
  private parts: Buffer[] = [];
  private bytes = 0;
  private number = 0;

  constructor(chunks: AsyncIterable<Buffer>, maxBytes: number) {
    this.chunks = chunks;
    this.maxBytes = maxBytes;
  }

  /** A hash of all lines up to the one handed out last. */
  digest(): string {
    return this.hash.copy().digest('base64url');
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ImportLine> {
    for await (const chunk of this.chunks) {
      let from = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
        this.keep(chunk.subarray(from, end));
        yield this.take();
        from = end + 1;
      }
      this.keep(chunk.subarray(from));
    }
    if (this.bytes > 0) yield this.take();
  }

  private keep(part: Buffer): void {
    this.hash.update(part);
    this.bytes += part.length;
    if (this.bytes <= this.maxBytes) this.parts.push(part);
    else this.parts = [];
  }

  private take(): ImportLine {
    const bytes = this.bytes > this.maxBytes ? null : Buffer.concat(this.parts);
    this.hash.update('\n');
    this.parts = [];
    this.bytes = 0;
    this.number += 1;
    return { number: this.number, bytes };
  }
}
