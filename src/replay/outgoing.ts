import { bounds } from '../domain/bounds.ts';
import type { FirstMeeting } from './people.ts';
import type { CloudEventLine, RecordedEvent } from './recorded-event.ts';
import { addedBytes, sha256, type RecordedMessage } from './recorded-message.ts';

/** A message as it goes out. */
export type OutgoingMessage = RecordedMessage['body'] & { messageId: string; timestamp: Date };

/** A message that waits for its time stamp, and the line it comes from. */
export interface Outgoing {
  line: number;
  /** Whether the replay made it, to identify somebody. */
  isMeeting: boolean;
  message: Omit<OutgoingMessage, 'timestamp'>;
  /** With what the client adds. */
  bytes: number;
}

/** A CloudEvent that waits for its time. */
export interface OutgoingEvent {
  line: number;
  isMeeting: false;
  event: CloudEventLine;
  bytes: number;
}

/** A recorded CloudEvent as it was, but for its id, which says that it is of this pass. */
export function outgoingEvent({ line, event, bytes }: RecordedEvent, suffix: string): OutgoingEvent {
  const id = passId(event.id, suffix);
  return { line, isMeeting: false, event: { ...event, id }, bytes: bytes + addedBytes };
}

/** A recorded message as it was, but for its id, which says that it is of this pass. */
export function outgoingRecorded(recorded: RecordedMessage, suffix: string): Outgoing {
  const message = { ...recorded.body, messageId: passId(recorded.messageId, suffix) };
  return { line: recorded.line, isMeeting: false, message, bytes: recorded.bytes + addedBytes };
}

/** Identifies somebody who has no address with one of `domain`, and their consent to e-mail. */
export function outgoingMeeting(
  { id, ...ids }: FirstMeeting,
  { line, domain, suffix }: { line: number; domain: string; suffix: string },
): Outgoing {
  const email = `${id}@${domain}`;
  const message = {
    type: 'identify' as const,
    ...ids,
    traits: { email },
    context: { consent: { channels: { email: true } } },
    messageId: passId(`replay-identify-${sha256(email).slice(0, 32)}`, suffix),
  };
  const bytes = Buffer.byteLength(JSON.stringify(message)) + addedBytes;
  return { line, isMeeting: true, message, bytes };
}

function passId(messageId: string, suffix: string): string {
  if (suffix === '') return messageId;
  const id = `${messageId}-${suffix}`;
  return id.length <= bounds.idLength ? id : `replay-${sha256(messageId).slice(0, 32)}-${suffix}`;
}
