import { button, tableStyles } from './mail-layout.ts';

const { cell, link, quiet, stars, picture } = tableStyles;

/** Words of a list of products. */
export interface ItemWords {
  /** `{{ item.quantity }}` stands for how many. */
  pieces: string;
  together: string;
  /** On the button that leads back to what is in the cart. */
  back: string;
}

export const english: ItemWords = {
  pieces: '{{ item.quantity }} pieces',
  together: 'Together',
  back: 'Pick up where you stopped',
};
export const german: ItemWords = {
  pieces: '{{ item.quantity }} Stück',
  together: 'Zusammen',
  back: 'Dort weitermachen',
};

/** The lines of a cart and, where every price is known, what they come to. Each by name, linked if it has a page. */
export function itemsTable(words: ItemWords): string {
  return `<mj-table>
${rowsOf('items', words)}
{%- assign total = items | total %}
{%- if total != "" and items.size > 1 %}
<tr><td colspan="2" style="${cell}"><strong>${words.together}</strong></td><td align="right" style="${cell};padding-left:16px;white-space:nowrap"><strong>{{ total }}</strong></td></tr>
{%- endif %}
</mj-table>`;
}

/** A button to the page of the first of them, if it has one. */
export function backToCart({ back }: ItemWords): string {
  return `<mj-raw>{% assign back = items[0] | web_address: "url" %}</mj-raw>
${button(back, 'back')}`;
}

/** Products of the template's variable of that name, each by name, linked if it has a page. */
export const productsTable = (name: string, words: ItemWords) =>
  `<mj-table>\n${rowsOf(name, words)}\n</mj-table>`;

/** What goes with it, if anything does. */
export function recommendationsTable(title: string, words: ItemWords): string {
  return `<mj-raw>{% if recommendations.size > 0 %}</mj-raw>
<mj-text font-size="18px" font-weight="700" padding="8px 32px 4px"><h2 style="margin:0;font-size:18px;font-weight:700">${title}</h2></mj-text>
<mj-table>
${rowsOf('recommendations', words)}
</mj-table>
<mj-raw>{% endif %}</mj-raw>`;
}

function rowsOf(items: string, { pieces }: ItemWords): string {
  return `{%- for item in ${items} %}
{%- assign image = item | web_address: "imageUrl" %}
{%- assign link = item | web_address: "url" %}
{%- assign price = item | line_price %}
{%- assign stars = item | stars %}
<tr>
{%- if image != "" %}
<td width="72" style="${cell};padding-right:16px"><img src="{{ image }}" width="72" alt="" style="${picture}"></td>
{%- endif %}
<td{% if image == "" %} colspan="2"{% endif %} style="${cell}">
{%- if link != "" %}<a href="{{ link }}" style="${link}">{{ item | item_name }}</a>{% else %}<strong>{{ item | item_name }}</strong>{% endif -%}
{%- if stars != "" %}<br><span style="${stars}">{{ stars }}</span>{% endif -%}
{%- if item.quantity > 1 %}<br><span style="${quiet}">${pieces}</span>{% endif -%}
</td>
<td align="right" style="${cell};padding-left:16px;white-space:nowrap">{{ price }}</td>
</tr>
{%- endfor %}`;
}
