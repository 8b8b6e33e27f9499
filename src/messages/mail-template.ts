import { HiddenLiquid } from './hidden-liquid.ts';
import { withoutIndents } from './lines.ts';
import { mailText } from './mail-text.ts';

/** A mail's templates, of which LiquidJS makes each customer's HTML and text. */
export interface MailTemplate {
  html: string;
  /** For the `plain` engine: the words of the HTML without its marks. */
  text: string;
}

/** By language, and then by the MJML itself. */
const compiled = new Map<string, Map<string, Promise<MailTemplate>>>();

/**
 * Compiles MJML into templates, once for each: a thousand mails of one template are then a thousand renderings of
 * LiquidJS, and neither MJML nor the making of a text is repeated. @throws Error that says which line of it is wrong.
 */
export function mailTemplate(mjml: string, language: string): Promise<MailTemplate> {
  const inLanguage = compiled.get(language) ?? new Map<string, Promise<MailTemplate>>();
  compiled.set(language, inLanguage);
  const known = inLanguage.get(mjml) ?? compile(mjml, language);
  inLanguage.set(mjml, known);
  return known;
}

async function compile(mjml: string, language: string): Promise<MailTemplate> {
  assertClosed(mjml);
  // Only who sends mails needs it: it takes longer to load than all the rest.
  const { default: mjmlToHtml } = await import('mjml');
  const hidden = new HiddenLiquid();
  const source = hidden.hide(mjml);
  const options = {
    validationLevel: 'strict',
    keepComments: false,
    ignoreIncludes: true,
    fonts: {},
  } as const;
  let html: string;
  try {
    html = (await mjmlToHtml(source, options)).html;
  } catch (error) {
    throw new Error(`The MJML of a mail is wrong: ${sayFault(error)}`, { cause: error });
  }
  // Half of what MJML writes is the space in front of its lines. The lines stay: mails of one template differ line by line.
  const plain = hidden.guardAddresses(withoutIndents(html.replaceAll('lang="und"', `lang="${language}"`)));
  return { html: hidden.show(plain), text: hidden.showInText(await mailText(hidden.trim(plain))) };
}

/** MJML's own words name a file that is none. */
function sayFault(error: unknown): string {
  const errors = (error as { errors?: { line: number; tagName: string; message: string }[] }).errors;
  if (!errors) return String((error as Error).message);
  return errors
    .map(({ line, tagName, message }) => `line ${line}, <${tagName}>: ${message.trim()}`)
    .join('; ');
}

/** MJML closes by itself what was left open, wherever that is: so it is looked for here. */
function assertClosed(mjml: string): void {
  const open: { tag: string; line: number }[] = [];
  const tags = /<!--[^]*?-->|<(\/?)(mj[a-z-]*)\b(?:"[^"]*"|'[^']*'|[^>"'])*?(\/?)>/g;
  for (const found of mjml.matchAll(tags)) {
    const [, end, tag, selfClosed] = found;
    if (tag === undefined || selfClosed) continue;
    const line = mjml.slice(0, found.index).split('\n').length;
    if (!end) {
      open.push({ tag, line });
      continue;
    }
    const last = open.pop();
    if (last?.tag === tag) continue;
    const expected = last ? `</${last.tag}>, opened in line ${last.line}` : 'none';
    throw new Error(`The MJML of a mail is wrong: line ${line}: </${tag}> came; expected ${expected}.`);
  }
  const left = open.at(-1);
  if (left) throw new Error(`The MJML of a mail is wrong: line ${left.line}: <${left.tag}> is never closed.`);
}
