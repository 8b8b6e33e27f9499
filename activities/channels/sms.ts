import type { ChannelAdapter } from './channel.ts';
import { callTwilio, type TwilioOptions } from './twilio.ts';

/** Text messages through Twilio's own client. */
export function smsChannel(options: TwilioOptions): ChannelAdapter {
  return {
    channel: 'sms',
    send: async (outbound, signal) => {
      const { to, content } = outbound;
      if (!('text' in content)) throw new TypeError('A text message needs a text; none came.');
      return callTwilio(options, outbound, { to, body: content.text }, signal);
    },
  };
}
