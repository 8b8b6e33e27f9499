/**
 * What messages about a cart share. The HTML is what mail programs understand: one column, tables for layout that
 * screen readers are told to pass over, styles on the elements, and nothing that has to be loaded to be read.
 */

/** The lines of a cart and, where every price is known, what they come to. Each line by name, linked if it has a page. */
export const itemsHtml = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;margin:8px 0 20px">
{%- for item in items %}
{%- assign image = item | web_address: "imageUrl" %}
{%- assign link = item | web_address: "url" %}
{%- assign price = item | line_price %}
<tr>
{%- if image != "" %}
<td width="72" style="padding:12px 16px 12px 0;border-bottom:1px solid #e4e4e0;vertical-align:top"><img src="{{ image }}" width="72" alt="" style="display:block;width:72px;height:auto;border:0;border-radius:6px"></td>
{%- endif %}
<td{% if image == "" %} colspan="2"{% endif %} style="padding:12px 0;border-bottom:1px solid #e4e4e0;vertical-align:top">
{%- if link != "" %}<a href="{{ link }}" style="color:#0b5fd0;font-weight:600">{{ item | item_name }}</a>{% else %}<strong>{{ item | item_name }}</strong>{% endif -%}
{%- if item.quantity > 1 %}<br><span style="color:#5c626b">{{ item.quantity }} pieces</span>{% endif -%}
</td>
<td align="right" style="padding:12px 0 12px 16px;border-bottom:1px solid #e4e4e0;vertical-align:top;white-space:nowrap">{{ price }}</td>
</tr>
{%- endfor %}
{%- assign total = items | total %}
{%- if total != "" and items.size > 1 %}
<tr><td colspan="2" style="padding:12px 0"><strong>Together</strong></td><td align="right" style="padding:12px 0 12px 16px;white-space:nowrap"><strong>{{ total }}</strong></td></tr>
{%- endif %}
</table>`;

export const itemsText = `{% for item in items %}{% assign price = item | line_price %}{% assign link = item | web_address: "url" -%}
* {{ item | item_name }}{% if item.quantity > 1 %}, {{ item.quantity }} pieces{% endif %}{% if price != "" %}: {{ price }}{% endif %}{% if link != "" %}
  {{ link }}{% endif %}
{% endfor %}
{%- assign total = items | total %}{% if total != "" and items.size > 1 %}
Together: {{ total }}
{%- endif %}`;

/** A whole mail around a body: title, body and reason are templates. */
export function mailPage({ title, body, reason }: { title: string; body: string; reason: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
</head>
<body style="margin:0;padding:0;background:#f4f4f1">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f4f1">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border-radius:10px">
<tr><td style="padding:32px 28px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5;color:#1d1f23">
<h1 style="margin:0 0 20px;font-size:22px;line-height:1.3">${title}</h1>
${body}
</td></tr>
</table>
<p style="max-width:560px;margin:16px auto 0;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:13px;line-height:1.5;color:#5c626b">${reason}</p>
</td></tr>
</table>
</body>
</html>
`;
}
