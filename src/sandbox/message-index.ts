import { channels, type Channel } from '../domain/task-queues.ts';
import type { MessageHead } from './inbox-message.ts';

/** Where a line lies in the file, without its line end. */
export interface Place {
  offset: number;
  length: number;
}

/** Where each message lies, oldest first, in 17 bytes a message. */
export class MessageIndex {
  #count = 0;
  #offsets = new Float64Array(1_024);
  #lengths = new Uint32Array(1_024);
  #addresses = new Uint32Array(1_024);
  #channels = new Uint8Array(1_024);

  get count(): number {
    return this.#count;
  }

  add(head: MessageHead, place: Place): void {
    if (this.#count === this.#offsets.length) this.#grow();
    this.#offsets[this.#count] = place.offset;
    this.#lengths[this.#count] = place.length;
    this.#addresses[this.#count] = hashOf(head.to);
    this.#channels[this.#count] = channels.indexOf(head.channel);
    this.#count += 1;
  }

  /** The places of messages that may match, newest first: of two addresses with one hash both. */
  *newest(filter: { to?: string | undefined; channel?: Channel | undefined }): Generator<Place> {
    const address = filter.to === undefined ? null : hashOf(filter.to);
    const channel = filter.channel === undefined ? null : channels.indexOf(filter.channel);
    for (let i = this.#count - 1; i >= 0; i -= 1) {
      if (address !== null && this.#addresses[i] !== address) continue;
      if (channel !== null && this.#channels[i] !== channel) continue;
      yield { offset: this.#offsets[i]!, length: this.#lengths[i]! };
    }
  }

  #grow(): void {
    const size = this.#count * 2;
    const [offsets, lengths, addresses, kinds] = [
      this.#offsets,
      this.#lengths,
      this.#addresses,
      this.#channels,
    ];
    (this.#offsets = new Float64Array(size)).set(offsets);
    (this.#lengths = new Uint32Array(size)).set(lengths);
    (this.#addresses = new Uint32Array(size)).set(addresses);
    (this.#channels = new Uint8Array(size)).set(kinds);
  }
}

/** FNV-1a, 32 bits. */
function hashOf(address: string): number {
  let hash = 0x811c9dc5;
  for (const character of address.toLowerCase()) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  return hash >>> 0;
}
