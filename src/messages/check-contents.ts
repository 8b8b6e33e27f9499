import type { Content, Wordings } from '../define/content.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { channels } from '../domain/task-queues.ts';
import { StartError } from '../errors.ts';
import { escaped, parsedTemplate, plain } from './engine.ts';
import { defaultLocale, readLocale } from '../domain/locale.ts';
import { mailTemplate } from './mail-template.ts';
import { localesOf, sayingsOf, type Chosen, type Saying } from './templates-for.ts';

/**
 * Makes ready what messages say: MJML is loaded and compiled and templates are parsed before anything is to be sent,
 * which takes two seconds that no send should wait for.
 * @throws StartError that names everything that is wrong with them: the message, the template and the fault.
 */
export async function checkContents(contents: readonly Content<unknown>[]): Promise<void> {
  const problems: string[] = [];
  for (const content of contents) problems.push(...(await problemsOf(content)));
  if (problems.length === 0) return;
  throw new StartError(`These messages cannot be sent:\n${problems.map((line) => `  ${line}`).join('\n')}`);
}

async function problemsOf(content: Content<unknown>): Promise<string[]> {
  const { name } = content.message;
  const odd = [...channelProblems(content), ...variantProblems(content), ...localeProblems(content)];
  if (odd.length > 0) return odd.map((problem) => `${name}: ${problem}`);
  const isOwed = content.message.purpose === 'transactional';
  const faults: string[] = [];
  for (const saying of sayingsOf(content)) {
    faults.push(...(await faultsOf(saying)));
    if (!isOwed) faults.push(...withoutWayOut(saying));
  }
  return faults.map((fault) => `${name}: ${fault}`);
}

function channelProblems(content: Content<unknown>): string[] {
  return content.message.channels
    .filter((channel) => !content[channel])
    .map((channel) => `it lists ${channel} among its channels; expected content for it.`);
}

function variantProblems({ message, variants = {} }: Content<unknown>): string[] {
  const declared = Object.keys(message.variants ?? {});
  return Object.keys(variants)
    .filter((variant) => !declared.includes(variant))
    .map((variant) => {
      const expected = declared.length === 0 ? 'it has none' : declared.join(', ');
      return `variants.${variant}: expected a variant that it declares: ${expected}${didYouMean(variant, declared)}.`;
    });
}

/** Who gets a variant must not get it in another language than all others. */
function localeProblems(content: Content<unknown>): string[] {
  const all: [string, Wordings][] = [['', content]];
  for (const [name, wordings] of Object.entries(content.variants ?? {}))
    all.push([`variants.${name}.`, wordings]);
  return all.flatMap(([at, wordings]) => [
    ...Object.keys(wordings.locales ?? {})
      .filter((locale) => readLocale(locale) !== locale)
      .map((locale) => `${at}locales.${locale}: expected a locale as it is usually spelt: de, de-AT.`),
    ...channels.flatMap((channel) =>
      localesOf(content, channel)
        .filter((locale) => wordings[channel] && !localesOf(wordings, channel).includes(locale))
        .map(
          (locale) => `${at}${channel}: expected it in ${locale} as well, as what it stands in the place of.`,
        ),
    ),
  ]);
}

/** What somebody sees of a mail that is not owed to them says where they can ask for no more: the header alone is not shown. */
function withoutWayOut(saying: Saying): string[] {
  const { chosen } = saying;
  if (chosen.channel !== 'email') return [];
  const { mjml, text } = chosen.templates;
  const lacking = [mjml, text ?? mjml].some((template) => !/\{\{-?\s*unsubscribeUrl\b/.test(template));
  return lacking
    ? [
        `${placeOf(saying)}: its mail has no way out; expected a link to {{ unsubscribeUrl }}, as mailPage() makes one.`,
      ]
    : [];
}

function placeOf({ variant, locale, chosen }: Saying): string {
  return [chosen.channel, locale === defaultLocale ? '' : locale, variant ?? ''].filter(Boolean).join(', ');
}

async function faultsOf(saying: Saying): Promise<string[]> {
  try {
    await readyTemplates(saying.chosen);
    return [];
  } catch (error) {
    return [`${placeOf(saying)}: ${(error as Error).message}`];
  }
}

async function readyTemplates({ channel, templates, textIn }: Chosen): Promise<void> {
  if (channel === 'email') {
    const made = await mailTemplate(templates.mjml, textIn);
    parsedTemplate(escaped, made.html);
    for (const template of [templates.subject, templates.text ?? made.text]) parsedTemplate(plain, template);
    return;
  }
  const given: Readonly<Record<string, unknown>> = { ...templates };
  const texts = channel === 'whatsapp' && 'variables' in templates ? templates.variables : given;
  for (const template of Object.values(texts)) parsedTemplate(plain, String(template));
}
