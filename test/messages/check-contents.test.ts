import { describe, expect, test } from 'vitest';
import { content, type Content } from '../../src/define/content.ts';
import { message, type MessageType } from '../../src/define/message.ts';
import { checkContents } from '../../src/messages/check-contents.ts';
import { contents } from '../../src/messages/index.ts';
import { StartError } from '../../src/errors.ts';

const note: MessageType<unknown> = message({
  name: 'note',
  purpose: 'help',
  channels: ['sms'],
  variants: { plain: 1, warm: 1 },
});
const says = (more: Omit<Content<unknown>, 'message'>) =>
  content<unknown>(note, { sms: { text: 'x' }, ...more });
const page = (body: string) => ({ subject: 's', mjml: `<mjml><mj-body>${body}</mj-body></mjml>` });

test('what is shipped can be sent', async () => {
  await expect(checkContents(contents)).resolves.toBeUndefined();
});

describe('a worker does not start with', () => {
  const german = { de: { sms: { text: 'x' } } };
  test.each<[string, Content<unknown>, string]>([
    [
      'a channel without content',
      content<unknown>(note, {}),
      'note: it lists sms among its channels; expected content',
    ],
    [
      'a variant that is not declared',
      says({ variants: { wram: {} } }),
      'expected a variant that it declares: plain, warm.',
    ],
    [
      'a locale in an odd spelling',
      says({ locales: { de_AT: {} } }),
      'locales.de_AT: expected a locale as it is usually spelt',
    ],
    [
      'a variant in fewer languages',
      says({ locales: german, variants: { warm: { sms: { text: 'y' } } } }),
      'variants.warm.sms: expected it in de as well',
    ],
    ['a template with a fault', says({ locales: { de: { sms: { text: '{% if %}' } } } }), 'note: sms, de: '],
    ['a filter that there is not', says({ sms: { text: '{{ a | shout }}' } }), 'undefined filter: shout'],
    [
      'MJML with a fault',
      says({ email: page('<mj-txt></mj-txt>') }),
      'note: email: The MJML of a mail is wrong: line 1, <mj-txt>',
    ],
    [
      'a mail without a way out',
      says({ email: page('<mj-section />') }),
      'note: email: its mail has no way out; expected a link to {{ unsubscribeUrl }}',
    ],
    [
      'a text of a mail without a way out',
      says({
        email: {
          ...page('<mj-section><mj-column><mj-text>{{ unsubscribeUrl }}</mj-text></mj-column></mj-section>'),
          text: 'x',
        },
      }),
      'note: email: its mail has no way out',
    ],
  ])('%s', async (_name, odd, sentence) => {
    const refusal = checkContents([odd]);
    await expect(refusal).rejects.toThrow(StartError);
    await expect(refusal).rejects.toThrow(sentence);
  });
});
