import { content } from '../define/content.ts';
import { cheaperNow } from './cheaper-now.ts';
import { button, leave, mailPage, paragraph } from './mail-layout.ts';
import { samplePicture } from './sample-cart.ts';

const facts = `{%- assign image = product | web_address: "imageUrl" -%}
{%- assign link = product | web_address: "url" -%}
{%- assign now = price.now | money: price.currency -%}
{%- assign was = price.was | money: price.currency -%}
{%- assign stars = product | stars -%}`;

const picture = `<mj-raw>{% if image != "" %}</mj-raw>
<mj-image src="{{ image }}" alt="" width="320px" align="left" />
<mj-raw>{% endif %}</mj-raw>`;

/** @param off how a language says by how much less. */
const product = (off: string) =>
  paragraph(
    `<strong>{{ product | item_name }}</strong><br><s>{{ was }}</s> <strong>{{ now }}</strong>{% if price.off > 0 %} (${off}){% endif %}{% if stars != "" %}<br><span style="color:#a86200">{{ stars }}</span>{% endif %}`,
  );

/** Sees the `product` as the catalogue has it, and the `price`: `now`, `was` (what the customer saw), `currency`, `off` in percent. */
export const cheaperNowContent = content(cheaperNow, {
  email: {
    subject: `{%- assign now = price.now | money: price.currency -%}{{ product | item_name | truncate: 70, "…" }} now costs {{ now }}`,
    mjml: mailPage({
      title: `${facts}{{ product | item_name }} now costs {{ now }}`,
      preview: 'Less than when you looked at it.',
      body: [
        paragraph('Hello,'),
        paragraph(
          'When you looked at {{ product | item_name }}, it cost {{ was }}. Now it costs {{ now }}, and as you seemed to like it, we thought you would want to know.',
        ),
        picture,
        product('{{ price.off }}% less'),
        button('Have a look', 'link'),
        paragraph('Would you like advice before you decide? Just reply to this message.'),
      ].join('\n'),
      reason:
        'You get this message because you looked at this product when it cost more and agreed to hear from us by e-mail.',
    }),
  },
  onsite: {
    title: '{{ product | item_name | truncate: 70, "…" }} costs less',
    text: `{% assign now = price.now | money: price.currency -%}
{% assign was = price.was | money: price.currency -%}
It cost {{ was }} when you looked at it. Now it costs {{ now }}.`,
    url: '{{ product | web_address: "url" }}',
    action: 'Have a look',
  },
  sms: {
    text: `{%- assign link = product | web_address: "url" -%}
{%- assign now = price.now | money: price.currency -%}
{%- assign was = price.was | money: price.currency -%}
{{ product | item_name | truncate: 60, "..." }} now costs {{ now }}, not {{ was }} as when you looked.{% if link != "" %} {{ link }}{% endif %} Questions? Just reply. STOP to opt out.`,
  },
  locales: {
    de: {
      email: {
        subject: `{%- assign now = price.now | money: price.currency -%}{{ product | item_name | truncate: 70, "…" }} kostet jetzt {{ now }}`,
        mjml: mailPage({
          title: `${facts}{{ product | item_name }} kostet jetzt {{ now }}`,
          preview: 'Weniger als damals, als Sie es sich angesehen haben.',
          body: [
            paragraph('Guten Tag,'),
            paragraph(
              'als Sie sich {{ product | item_name }} angesehen haben, stand der Preis bei {{ was }}. Jetzt sind es {{ now }}, und weil es Ihnen zu gefallen schien, sagen wir es Ihnen.',
            ),
            picture,
            product('{{ price.off }} % weniger'),
            button('Ansehen', 'link'),
            paragraph('Möchten Sie sich vorher beraten lassen? Antworten Sie einfach auf diese Nachricht.'),
          ].join('\n'),
          reason:
            'Sie erhalten diese Nachricht, weil Sie dieses Produkt angesehen haben, als es mehr kostete, und zugestimmt haben, von uns per E-Mail zu hören.',
          leave: leave.german,
        }),
      },
      onsite: {
        title: '{{ product | item_name | truncate: 70, "…" }} kostet weniger',
        text: `{% assign now = price.now | money: price.currency -%}
{% assign was = price.was | money: price.currency -%}
Als Sie es angesehen haben, kostete es {{ was }}. Jetzt kostet es {{ now }}.`,
        url: '{{ product | web_address: "url" }}',
        action: 'Ansehen',
      },
      sms: {
        text: `{%- assign link = product | web_address: "url" -%}
{%- assign now = price.now | money: price.currency -%}
{%- assign was = price.was | money: price.currency -%}
{{ product | item_name | truncate: 60, "..." }} kostet jetzt {{ now }} statt {{ was }} wie damals, als Sie es ansahen.{% if link != "" %} {{ link }}{% endif %} Fragen? Einfach antworten. Abmelden mit STOP.`,
      },
    },
  },
  sample: {
    data: {
      product: {
        ...{ sku: 'teapot-2', productId: 'teapot', quantity: 1, title: 'Cast-iron teapot', category: 'tea' },
        ...{ priceMinor: 9_900, currency: 'EUR', url: 'https://shop.example/teapot' },
        ...{ imageUrl: samplePicture('T', '1f4e5f'), rating: 4.7, reviews: [] },
      },
      price: { now: 9_900, was: 12_900, currency: 'EUR', off: 23 },
    },
    customer: { timezone: 'Europe/Berlin' },
  },
});
