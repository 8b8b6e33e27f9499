import type { FormatCallback, HtmlToTextOptions } from 'html-to-text';
import { withoutGaps } from './lines.ts';

/** The words of a mail's HTML, as people write mails. */
export async function mailText(html: string): Promise<string> {
  const { convert } = await import('html-to-text');
  // Whitespace between cells adds to the gap.
  return withoutGaps(convert(html, options).replaceAll(/ {3,}/g, '  '));
}

const line = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const paragraph = { leadingLineBreaks: 2, trailingLineBreaks: 2 };

/** What MJML lays out with: one row and one cell for each of its elements. Tables in a text have no such role. */
const layout = 'table[role="presentation"] > tbody > tr > td';

/** Cells stand beside each other, with a gap between them. */
const cell: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder);
  builder.addLiteral('  ');
};

/** No line is broken, headings do not shout, an address stands behind what it is linked from, and a row of a table is a line. */
const options: HtmlToTextOptions = {
  wordwrap: false,
  formatters: { cell, besides: (_element, _walk, builder) => builder.addInline(', ') },
  selectors: [
    { selector: 'img', format: 'skip' },
    { selector: 'title', format: 'skip' },
    { selector: 'style', format: 'skip' },
    { selector: 'div[style^="display:none"]', format: 'skip' },
    { selector: 'table', format: 'block', options: line },
    { selector: 'tr', format: 'block', options: line },
    { selector: 'td', format: 'cell' },
    { selector: 'th', format: 'cell' },
    { selector: 'td > br', format: 'besides' },
    { selector: layout, format: 'block', options: paragraph },
    { selector: 'p', options: paragraph },
    ...['h1', 'h2', 'h3'].map((selector) => ({ selector, options: { uppercase: false, ...paragraph } })),
    { selector: 'a', options: { linkBrackets: ['(', ')'], hideLinkHrefIfSameAsText: true } },
  ],
};
