import type { PageActivities, PageAnswer, WatchActivities, WaveEnd } from '../../activities/contract.ts';
import type { MessageType } from '../../src/define/message.ts';

/** A wave that has begun, page after page as the workflow asks for them, and its end. */
export async function finishWave(
  { servePage, endWave }: Pick<PageActivities, 'servePage'> & Pick<WatchActivities, 'endWave'>,
  of: { runId: string; wave: number; message: Pick<MessageType<unknown>, 'name' | 'channels'> },
): Promise<WaveEnd> {
  const { runId, wave, message } = of;
  const asked = { runId, wave, message: message.name };
  let answer: PageAnswer = { next: message.channels[0], lookAgain: false };
  while (answer.next !== null) {
    const line = answer.line ? { line: answer.line } : {};
    answer = await servePage({ ...asked, ...line, channel: answer.next, data: {}, look: 0, askedAt: 0 });
  }
  return endWave(asked);
}
