import { message } from '../../src/define/message.ts';

export const pollenHelp = message<Record<string, never>>({
  name: 'pollen-help',
  purpose: 'help',
  channels: ['email'],
});
