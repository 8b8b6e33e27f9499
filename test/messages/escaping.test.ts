import { describe, expect, test } from 'vitest';
import { content, type Templates } from '../../src/define/content.ts';
import { message } from '../../src/define/message.ts';
import type { Channel } from '../../src/domain/task-queues.ts';
import { MissingData } from '../../src/messages/missing-data.ts';
import { renderMessage, type RenderInput } from '../../src/messages/render.ts';

const note = message<object>({ name: 'note', purpose: 'help', channels: ['email', 'sms', 'push', 'onsite'] });

async function said(channel: Channel, templates: Templates, value: unknown): Promise<unknown> {
  const asked: RenderInput = { message: note, channel, data: { x: value }, customer: {}, persona: 'p' };
  return renderMessage(asked, content<unknown>(note, templates));
}

async function mail(body: string, value: unknown): Promise<string> {
  const mjml = `<mjml><mj-body><mj-section><mj-column>${body}</mj-column></mj-section></mj-body></mjml>`;
  return ((await said('email', { email: { subject: 's', mjml } }, value)) as { html: string }).html;
}

const attack = `"><script>alert('1')</script><a href="javascript:x`;

describe('what data bring stays words, without an author who thinks of it', () => {
  test('in a text, in an attribute, in a style', async () => {
    const html = await mail(
      '<mj-text>{{ x }}<span title="{{ x }}" style="color:{{ x }}">a</span></mj-text><mj-image src="https://a.example/b.png" alt="{{ x }}" />',
      attack,
    );
    expect(html).not.toMatch(/<script|<a |"javascript/);
    const words = '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&lt;a href=&quot;javascript:x';
    for (const place of [`>${words}<`, `title="${words}"`, `color:${words}"`, `alt="${words}"`])
      expect(html).toContain(place);
  });

  test('in the query of an address, unless its author spells it', async () => {
    const html = await mail(
      '<mj-text><a href="https://shop.example/s?q={{ x }}#{{ x | url_encode }}">a</a></mj-text><mj-button href="https://shop.example/?q={{ x }}">b</mj-button>',
      'a b&c="d"',
    );
    expect(html).toContain('href="https://shop.example/s?q=a%20b%26c%3D%22d%22#a+b%26c%3D%22d%22"');
    expect(html).toContain('href="https://shop.example/?q=a%20b%26c%3D%22d%22"');
  });

  test.each([
    '<mj-button href="{{ x }}">b</mj-button>',
    '<mj-text><a href="{{ x }}/more">b</a></mj-text>',
    '<mj-image alt="" src="{% if x %}{{ x }}{% endif %}" />',
  ])('where an address begins only one goes out: %s', async (body) => {
    const good = 'https://shop.example/a?b=1&c=2';
    expect(await mail(body, good)).toContain(`="${good.replace('&', '&amp;')}`);
    const odd = [
      'javascript:alert(1)',
      ' javascript:x',
      'data:text/html,x',
      '//evil.example',
      'x',
      'https://a b',
    ];
    for (const value of odd)
      await expect(mail(body, value)).rejects.toMatchObject({ name: 'MissingData', field: 'x' });
  });

  test.each(['push', 'onsite'] as const)('in what is clicked on in a %s', async (channel) => {
    const fields = { title: 't', body: 'b', text: 't', url: '{{ x }}' };
    const clicked = (value: string) => said(channel, { push: fields, onsite: fields }, value);
    for (const url of ['https://shop.example/', '/kettle', ''])
      expect(await clicked(url)).toMatchObject({ url });
    for (const odd of ['javascript:alert(1)', '//evil.example'])
      await expect(clicked(odd)).rejects.toThrow(MissingData);
  });

  test.each(['a\r\nBcc: x', 'a\nBcc: x', 'a\u0085Bcc: x', 'a\u2028Bcc: x', 'a\u0000Bcc: x'])(
    'in a subject, which stays one line: %j',
    async (value) => {
      const email = { subject: '{{ x }}!', mjml: '<mjml><mj-body></mj-body></mjml>' };
      expect(await said('email', { email }, value)).toMatchObject({ subject: 'a Bcc: x!' });
    },
  );
});
