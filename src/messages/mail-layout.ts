/**
 * How the shop's mails look: one card on a quiet ground, one column, type that can be read on a phone, one button.
 * MJML makes of it what mail programs understand. Everything here is a template.
 */

const ink = '#1d1f23';
const quiet = '#5c626b';
const ground = '#f3f4f1';
const line = '#e4e4e0';
const accent = '#0b5fd0';
const stars = '#a86200';
const type = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

/** Styles of the HTML within tables, which MJML leaves as it is. */
export const tableStyles = {
  cell: `padding:14px 0;border-top:1px solid ${line};vertical-align:top`,
  link: `color:${accent};font-weight:600;text-decoration:none`,
  quiet: `color:${quiet};font-size:14px`,
  stars: `color:${stars};font-size:14px;letter-spacing:1px`,
  picture: 'display:block;width:72px;height:auto;border:0;border-radius:8px',
};

/** The words of the link at a mail's end, by language. */
export const leave = {
  english: 'Choose what you get, or unsubscribe',
  german: 'Auswählen, was Sie bekommen, oder abmelden',
};

/**
 * A whole mail: what stands in front of it in a list of mails, its title, its body in MJML, why one gets it, the sender's
 * postal address if the shop has set it, and in which words (`leave`) it links to where one says that one wants no more.
 */
export function mailPage(mail: {
  title: string;
  preview: string;
  body: string;
  reason: string;
  leave?: string;
}): string {
  const { title, preview, body, reason } = mail;
  return `<mjml>
<mj-head>
<mj-title>${title}</mj-title>
<mj-preview>${preview}</mj-preview>
<mj-attributes>
<mj-all font-family="${type}" />
<mj-text font-size="16px" line-height="1.55" color="${ink}" padding="0 32px 16px" />
<mj-table font-size="16px" line-height="1.45" color="${ink}" padding="0 32px 20px" />
<mj-image padding="0 32px 16px" border-radius="10px" />
<mj-button font-size="16px" font-weight="600" line-height="1.25" background-color="${accent}" color="#ffffff" border-radius="8px" inner-padding="14px 26px" align="left" padding="4px 32px 24px" />
<mj-divider border-width="1px" border-color="${line}" padding="4px 32px 20px" />
</mj-attributes>
</mj-head>
<mj-body background-color="${ground}" width="600px">
<mj-section padding="20px 0 0"><mj-column><mj-spacer height="4px" /></mj-column></mj-section>
<mj-wrapper background-color="#ffffff" border-radius="14px" border-top="5px solid ${accent}" padding="30px 0 12px">
<mj-section padding="0">
<mj-column>
<mj-text font-size="25px" line-height="1.25" font-weight="700" padding="0 32px 18px"><h1 style="margin:0;font-size:25px;line-height:1.25;font-weight:700">${title}</h1></mj-text>
${body}
</mj-column>
</mj-section>
</mj-wrapper>
<mj-section padding="16px 0 32px">
<mj-column>
<mj-text font-size="13px" color="${quiet}" padding="0 32px">${reason}<br />
{% if postalAddress != "" %}{{ postalAddress }}<br />{% endif %}
<a href="{{ unsubscribeUrl }}" style="color:${quiet}">${mail.leave ?? leave.english}</a></mj-text>
</mj-column>
</mj-section>
</mj-body>
</mjml>`;
}

/** A paragraph. */
export const paragraph = (words: string) => `<mj-text>${words}</mj-text>`;

/** A button to an address that may not be known: then it is not there. */
export function button(words: string, address: string): string {
  return `<mj-raw>{% if ${address} != "" %}</mj-raw>
<mj-button href="{{ ${address} }}">${words}</mj-button>
<mj-raw>{% endif %}</mj-raw>`;
}
