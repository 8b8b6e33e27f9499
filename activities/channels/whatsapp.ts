import type { ChannelAdapter, ChannelContent } from './channel.ts';
import { callTwilio, type TwilioMessage, type TwilioOptions } from './twilio.ts';

/**
 * WhatsApp through Twilio's own client. Free text reaches only who wrote to the shop within the last 24 hours (Twilio's
 * error 63016 otherwise, told by its status call-back); a template that WhatsApp has approved reaches anybody.
 */
export function whatsappChannel(options: TwilioOptions): ChannelAdapter {
  return {
    channel: 'whatsapp',
    send: async (outbound, signal) => {
      const message = { to: `whatsapp:${outbound.to}`, ...saidIn(outbound.content) };
      return callTwilio(options, outbound, message, signal);
    },
  };
}

function saidIn(content: ChannelContent): Omit<TwilioMessage, 'to'> {
  if ('contentSid' in content) {
    const { contentSid, variables } = content;
    return { contentSid, contentVariables: JSON.stringify(variables) };
  }
  if ('text' in content) return { body: content.text };
  throw new TypeError('A WhatsApp message needs a text or a template; neither came.');
}
