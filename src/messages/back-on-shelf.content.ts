import { content } from '../define/content.ts';
import { backOnShelf } from './back-on-shelf.ts';
import { english, german, productsTable, type ItemWords } from './cart-layout.ts';
import { button, leave, mailPage, paragraph } from './mail-layout.ts';
import { samplePicture } from './sample-cart.ts';

/** How many are back beside the product. */
const more = '{%- assign more = products.size | minus: 1 -%}';

const facts = `${more}{%- assign image = product | web_address: "imageUrl" -%}
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

/** One product with its picture and what a buyer wrote, or a list of several. */
const shelf = (
  words: ItemWords,
  { look, quoted }: { look: string; quoted: string },
) => `<mj-raw>{% if more == 0 %}</mj-raw>
${picture}
${product}
${quoted}
${button(look, 'link')}
<mj-raw>{% else %}</mj-raw>
${productsTable('products', words)}
<mj-raw>{% endif %}</mj-raw>`;

/** The product's name, cut to fit a title. */
const name = '{{ product | item_name | truncate: 80, "…" }}';

/** Of several, all of them on one line. */
const names =
  '{% for one in products %}{% unless forloop.first %}, {% endunless %}{{ one | item_name | truncate: 60, "…" }}{% endfor %}';

/** The same as a sentence has them: a text message is all that its reader gets. */
const namesWith = (and: string) =>
  `{% for one in products %}{% if forloop.first %}{% elsif forloop.last %} ${and} {% else %}, {% endif %}{{ one | item_name | truncate: 60, "..." }}{% endfor %}`;

const isBack =
  '{% if more == 0 %} is back{% else %} and {% if more == 1 %}one{% else %}{{ more }}{% endif %} more are back{% endif %}';
const istDa =
  '{% if more == 0 %} ist wieder da{% else %} und {% if more == 1 %}ein weiteres Produkt{% else %}{{ more }} weitere Produkte{% endif %} sind wieder da{% endif %}';

const sampleProduct = {
  ...{ sku: 'teapot-2', productId: 'teapot', quantity: 1, title: 'Cast-iron teapot', category: 'tea' },
  ...{ priceMinor: 12_900, currency: 'EUR', url: 'https://shop.example/teapot' },
  ...{ imageUrl: samplePicture('T', '1f4e5f'), rating: 4.7 },
  reviews: [
    { author: 'Grace', rating: 5, text: 'Keeps the tea warm for two hours, and pours without a drop.' },
  ],
};

/**
 * Sees the `product` as the catalogue has it, and as `products` all that are back and are told of together. Addresses
 * nobody by name, so that everybody gets the same words and a thousand mails are one call.
 */
export const backOnShelfContent = content(backOnShelf, {
  email: {
    subject: `${more}${name}${isBack}`,
    mjml: mailPage({
      title: `${facts}{{ product | item_name }}${isBack}`,
      preview: 'You are among the first to know.',
      body: [
        paragraph('Hello,'),
        paragraph(
          '{% if more == 0 %}When you looked at {{ product | item_name }}, it was sold out. It is on the shelf again{% else %}When you looked at these, they were sold out. They are on the shelf again{% endif %}, and as you are among those who have waited longest, we are telling you first.',
        ),
        shelf(english, { look: 'Have a look', quoted: review('“', '”') }),
        paragraph('Would you like advice before you decide? Just reply to this message.'),
      ].join('\n'),
      reason:
        'You get this message because you looked at {% if more == 0 %}this product while it was{% else %}these products while they were{% endif %} sold out and agreed to hear from us by e-mail.',
    }),
  },
  onsite: {
    title: `${more}${name}${isBack}`,
    text: `${more}{% assign price = product | line_price -%}
{% if more > 0 %}They were sold out when you looked at them: ${names}.{% else %}It was sold out when you looked at it, and is on the shelf again{% if price != "" %}: {{ price }}{% endif %}.{% endif %}`,
    url: '{{ product | web_address: "url" }}',
    action: 'Have a look',
  },
  sms: {
    text: `${more}{%- assign link = product | web_address: "url" -%}
${namesWith('and')}{% if more == 0 %} is{% else %} are{% endif %} back, and you are among the first to know.{% if link != "" %} {{ link }}{% endif %} Questions? Just reply. STOP to opt out.`,
  },
  locales: {
    de: {
      email: {
        subject: `${more}${name}${istDa}`,
        mjml: mailPage({
          title: `${facts}{{ product | item_name }}${istDa}`,
          preview: 'Sie gehören zu den Ersten, die es erfahren.',
          body: [
            paragraph('Guten Tag,'),
            paragraph(
              'als Sie sich {% if more == 0 %}{{ product | item_name }} angesehen haben, war es ausverkauft. Jetzt ist es{% else %}das hier angesehen haben, war es ausverkauft. Jetzt ist alles{% endif %} wieder da, und weil Sie zu denen gehören, die am längsten gewartet haben, sagen wir es Ihnen zuerst.',
            ),
            shelf(german, { look: 'Ansehen', quoted: review('„', '“') }),
            paragraph('Möchten Sie sich vorher beraten lassen? Antworten Sie einfach auf diese Nachricht.'),
          ].join('\n'),
          reason:
            'Sie erhalten diese Nachricht, weil Sie {% if more == 0 %}dieses Produkt angesehen haben, als es ausverkauft war{% else %}diese Produkte angesehen haben, als sie ausverkauft waren{% endif %}, und zugestimmt haben, von uns per E-Mail zu hören.',
          leave: leave.german,
        }),
      },
      onsite: {
        title: `${more}${name}${istDa}`,
        text: `${more}{% assign price = product | line_price -%}
{% if more > 0 %}Als Sie sie angesehen haben, waren sie ausverkauft: ${names}.{% else %}Als Sie es angesehen haben, war es ausverkauft. Jetzt ist es wieder da{% if price != "" %}: {{ price }}{% endif %}.{% endif %}`,
        url: '{{ product | web_address: "url" }}',
        action: 'Ansehen',
      },
      sms: {
        text: `${more}{%- assign link = product | web_address: "url" -%}
${namesWith('und')}{% if more == 0 %} ist{% else %} sind{% endif %} wieder da, und Sie erfahren es mit als Erste.{% if link != "" %} {{ link }}{% endif %} Fragen? Einfach antworten. Abmelden mit STOP.`,
      },
    },
  },
  sample: {
    data: {
      product: sampleProduct,
      products: [{ ...sampleProduct, reviews: [] }],
    },
    customer: { timezone: 'Europe/Berlin' },
  },
});
