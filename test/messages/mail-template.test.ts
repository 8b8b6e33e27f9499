import { describe, expect, test } from 'vitest';
import { mailTemplate } from '../../src/messages/mail-template.ts';

const mail = (body: string) =>
  `<mjml><mj-body><mj-section><mj-column>\n${body}\n</mj-column></mj-section></mj-body></mjml>`;
const made = (body: string) => mailTemplate(mail(body), 'en-US');

describe('a mail of MJML', () => {
  test('is HTML with the templates in it as they were written, and says its language', async () => {
    const tags = `{% if a < b and c > 1 %}{{ name | append: "<&>" }}{%
  endif %}`;
    const { html } = await made(`<mj-text>${tags}</mj-text>\n<mj-image src="{{ picture }}" alt="" />`);
    expect(html).toContain(tags);
    expect(html).toContain('src="{{ picture | as_address }}"');
    expect(html).toMatch(/<html lang="en-US"/);
    expect(html).not.toMatch(/[\ue000\ue001]/);
  });

  test('is compiled once', async () => {
    expect(await made('<mj-text>once</mj-text>')).toBe(await made('<mj-text>once</mj-text>'));
  });

  test.each([
    ['an attribute that there is not', '<mj-text colour="red">x</mj-text>', /line 2, <mj-text>: .*colour/],
    ['an element that there is not', '<mj-txt>x</mj-txt>', /line 2, <mj-txt>/],
    [
      'what is never closed',
      '<mj-text>{{ a\n}}\nx',
      /line 5: <\/mj-column> came; expected <\/mj-text>, opened in line 2/,
    ],
    [
      'an attribute after a template of two lines',
      '<mj-text>{{ a\n}}</mj-text>\n<mj-text colour="x">y</mj-text>',
      /line 4, <mj-text>/,
    ],
  ])('is refused for %s, by the line', async (_name, body, sentence) => {
    await expect(made(body)).rejects.toThrow(sentence);
  });
});

describe('its text part', () => {
  const text = async (body: string) => (await made(body)).text.trim();

  test('has a paragraph for each element, no pictures, and addresses behind what they are linked from', async () => {
    const said = await text(
      '<mj-text><h1>Big News</h1>One</mj-text><mj-image src="x.png" alt="picture" /><mj-text>Two<br>lines</mj-text><mj-button href="{{ link }}">Go</mj-button>',
    );
    expect(said).toBe('Big News\n\nOne\n\nTwo\nlines\n\nGo ({{ link | as_address }})');
  });

  test('has a line for each row of a table, also of one within another', async () => {
    const rows = '<tr><td><a href="{{ link }}">A</a><br>two</td><td>1</td></tr>';
    const nested = `<tr><td><table>${rows}</table></td></tr>`;
    const said = `A ({{ link | as_address }}), two  1`;
    expect(await text(`<mj-table>${rows}${rows}</mj-table>`)).toBe(`${said}\n${said}`);
    expect(await text(`<mj-table>${nested}</mj-table>`)).toBe(said);
  });

  test('is broken by blocks alone: templates neither draw lines together nor leave empty ones', async () => {
    const said = await text(
      '<mj-table>\n{%- for one in all -%}\n<tr><td{% if wide %} colspan="2"{% endif %}>{{ one }}</td></tr>\n{%- endfor -%}\n</mj-table>',
    );
    expect(said).toBe('{% for one in all %}{{ one }}\n{% endfor %}');
  });

  test('keeps the end of a line that begins and ends with a tag and has words between them', async () => {
    const said = await text(
      '<mj-text><h1>{% if one %}{{ name }} is back{% else %}Some are back{% endif %}</h1></mj-text><mj-text>Hello,</mj-text>',
    );
    expect(said).toBe('{% if one %}{{ name }} is back{% else %}Some are back{% endif %}\n\nHello,');
  });
});
