import type { Answer } from './answer.ts';
import type { Stamped } from './batch.ts';
import type { EventPoster } from './event-poster.ts';
import type { Poster } from './poster.ts';

/** Posts each batch where its kind belongs. */
export class Posters {
  private readonly messages: Poster;
  private readonly events: EventPoster;

  constructor({ messages, events }: { messages: Poster; events: EventPoster }) {
    this.messages = messages;
    this.events = events;
  }

  /** What was wrong with the last try of the batch under way, in words; null while all is well. */
  get trouble(): string | null {
    return this.messages.trouble ?? this.events.trouble;
  }

  post(batch: Stamped): Promise<Answer> {
    return batch.kind === 'events' ? this.events.post(batch.events) : this.messages.post(batch.messages);
  }
}
