import { content } from '../define/content.ts';
import { backOnShelf } from './back-on-shelf.ts';
import { button, leave, mailPage, paragraph } from './mail-layout.ts';
import { samplePicture } from './sample-cart.ts';

const facts = `{%- assign image = product | web_address: "imageUrl" -%}
{%- assign link = product | web_address: "url" -%}
{%- assign price = product | line_price -%}
{%- assign stars = product | stars -%}`;

const picture = `<mj-raw>{% if image != "" %}</mj-raw>
<mj-image src="{{ image }}" alt="" width="320px" align="left" />
<mj-raw>{% endif %}</mj-raw>`;

const product = paragraph(
  '<strong>{{ product | item_name }}</strong>{% if price != "" %}<br>{{ price }}{% endif %}{% if stars != "" %}<br><span style="color:#a86200">{{ stars }}</span>{% endif %}',
);

/** What a buyer wrote, in a language's quotation marks, the first of those that the shop has put. */
const review = (open: string, close: string) => `<mj-raw>{% if product.reviews.size > 0 %}</mj-raw>
<mj-text font-style="italic" color="#5c626b">${open}{{ product.reviews[0].text | truncate: 240, "…" }}${close} — {{ product.reviews[0].author }}</mj-text>
<mj-raw>{% endif %}</mj-raw>`;

/**
 * Sees the `product` as the catalogue has it. Addresses nobody by name, so that everybody gets the same words and a
 * thousand mails are one call.
 */
export const backOnShelfContent = content(backOnShelf, {
  email: {
    subject: '{{ product | item_name | truncate: 80, "…" }} is back',
    mjml: mailPage({
      title: `${facts}{{ product | item_name }} is back`,
      preview: 'You are among the first to know.',
      body: [
        paragraph('Hello,'),
        paragraph(
          'When you looked at {{ product | item_name }}, it was sold out. It is on the shelf again, and as you are among those who have waited longest, we are telling you first.',
        ),
        picture,
        product,
        review('“', '”'),
        button('Have a look', 'link'),
        paragraph('Would you like advice before you decide? Just reply to this message.'),
      ].join('\n'),
      reason:
        'You get this message because you looked at this product while it was sold out and agreed to hear from us by e-mail.',
    }),
  },
  onsite: {
    title: '{{ product | item_name | truncate: 80, "…" }} is back',
    text: `{% assign price = product | line_price -%}
It was sold out when you looked at it, and is on the shelf again{% if price != "" %}: {{ price }}{% endif %}.`,
    url: '{{ product | web_address: "url" }}',
    action: 'Have a look',
  },
  sms: {
    text: `{%- assign link = product | web_address: "url" -%}
{{ product | item_name | truncate: 60, "..." }} is back, and you are among the first to know.{% if link != "" %} {{ link }}{% endif %} Questions? Just reply. STOP to opt out.`,
  },
  locales: {
    de: {
      email: {
        subject: '{{ product | item_name | truncate: 80, "…" }} ist wieder da',
        mjml: mailPage({
          title: `${facts}{{ product | item_name }} ist wieder da`,
          preview: 'Sie gehören zu den Ersten, die es erfahren.',
          body: [
            paragraph('Guten Tag,'),
            paragraph(
              'als Sie sich {{ product | item_name }} angesehen haben, war es ausverkauft. Jetzt ist es wieder da, und weil Sie zu denen gehören, die am längsten gewartet haben, sagen wir es Ihnen zuerst.',
            ),
            picture,
            product,
            review('„', '“'),
            button('Ansehen', 'link'),
            paragraph('Möchten Sie sich vorher beraten lassen? Antworten Sie einfach auf diese Nachricht.'),
          ].join('\n'),
          reason:
            'Sie erhalten diese Nachricht, weil Sie dieses Produkt angesehen haben, als es ausverkauft war, und zugestimmt haben, von uns per E-Mail zu hören.',
          leave: leave.german,
        }),
      },
      onsite: {
        title: '{{ product | item_name | truncate: 80, "…" }} ist wieder da',
        text: `{% assign price = product | line_price -%}
Als Sie es angesehen haben, war es ausverkauft. Jetzt ist es wieder da{% if price != "" %}: {{ price }}{% endif %}.`,
        url: '{{ product | web_address: "url" }}',
        action: 'Ansehen',
      },
      sms: {
        text: `{%- assign link = product | web_address: "url" -%}
{{ product | item_name | truncate: 60, "..." }} ist wieder da, und Sie erfahren es mit als Erste.{% if link != "" %} {{ link }}{% endif %} Fragen? Einfach antworten. Abmelden mit STOP.`,
      },
    },
  },
  sample: {
    data: {
      product: {
        ...{ sku: 'teapot-2', productId: 'teapot', quantity: 1, title: 'Cast-iron teapot', category: 'tea' },
        ...{ priceMinor: 12_900, currency: 'EUR', url: 'https://shop.example/teapot' },
        ...{ imageUrl: samplePicture('T', '1f4e5f'), rating: 4.7 },
        reviews: [
          { author: 'Grace', rating: 5, text: 'Keeps the tea warm for two hours, and pours without a drop.' },
        ],
      },
    },
    customer: { timezone: 'Europe/Berlin' },
  },
});
