import type { ChannelActivities, SendAnswer, SendInput } from '../../activities/contract.ts';
import type { Clock } from '../../src/clock.ts';

/** What a test decides about a send: nothing for `accepted`, parts of another answer, or a promise that takes its time. */
export type Decide = (input: SendInput) => Partial<SendAnswer> | void | Promise<Partial<SendAnswer> | void>;

/** The channels' activity without gate and provider: keeps every ask, and answers as the test decides. */
export function recordingChannels(clock: Clock, decide: Decide = () => {}) {
  const asked: SendInput[] = [];
  const activities: ChannelActivities = {
    async sendMessage(input) {
      asked.push(input);
      const answer: SendAnswer = {
        deliveryId: `${input.message}-${input.nth}`,
        state: 'accepted',
        reason: null,
        channel: input.channel,
        arm: 'treated',
        at: clock.now().getTime(),
        until: null,
        there: null,
      };
      return { ...answer, ...(await decide(input)) };
    },
  };
  return { asked, activities };
}
