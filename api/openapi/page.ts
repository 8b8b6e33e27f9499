import { bounds } from '../../src/domain/bounds.ts';
import { errorCodes } from '../../src/errors.ts';
import type { Document, DocumentedOperation } from './document.ts';
import { sayBound, saySchema } from './say-schema.ts';

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h2{margin-top:2.5rem}section{border-top:1px solid #8886;padding:.5rem 0}h3{overflow-wrap:anywhere;margin:.5rem 0;font-weight:600}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #8884;vertical-align:top;overflow-wrap:anywhere}
td:first-child{min-width:9rem}@media(min-width:50rem){.index td:first-child{white-space:nowrap}}pre{overflow:auto;background:#8882;padding:.7rem;border-radius:.3rem;font-size:.85rem}code{font-size:.9em}
summary{cursor:pointer;padding:.15rem 0}small{opacity:.75}.key{border:1px solid #8886;border-radius:1rem;padding:.05rem .6rem;font-size:.8rem;white-space:nowrap}
a{color:#1a5fb4}@media(prefers-color-scheme:dark){a{color:#99c1f1}}`;

/** Paths that take and answer the same, shown together. */
interface Shown {
  method: string;
  paths: string[];
  operation: DocumentedOperation;
}

/** A page for people, made from the document; it asks for nothing else. */
export function pageOf({ info, paths }: Document): string {
  const shown = together(paths);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Kairos API</title><link rel="icon" href="data:,"><style>${style}</style>
<h1>Kairos API</h1><p>${escape(info.description)} Version ${escape(info.version)}; for programs: <a href="/openapi.json">/openapi.json</a>.
<a href="#errors">Errors</a> · <a href="#bounds">Bounds</a></p>
<p>Send a key as <code>Authorization: Bearer KEY</code>, or as the user name of HTTP Basic; a write key also as <code>writeKey</code>
in the body or the query. A write key may only send customer events, so it may stand in a page; an admin key may do everything.</p>
<pre>${example}</pre>
<h2>Requests</h2><table class="index">${shown.map(entry).join('\n')}</table>
${shown.map(section).join('\n')}
<h2 id="errors">Errors</h2><p>As <code>application/problem+json</code> (RFC 9457). <code>too-many</code> and <code>unavailable</code> say in <code>Retry-After</code> when to come back.</p>
<table><tr><th>code<th>status<th>what it means</tr>${errorRows().join('\n')}</table>
<h2 id="bounds">Bounds</h2><p>Bytes count inflated bodies. What goes over a bound gets an error that names it.</p>
<table><tr><th>bound<th>value</tr>${boundRows().join('\n')}</table></html>`;
}

const example = escape(`curl -X POST "$KAIROS/v1/track" -H "Authorization: Bearer $KAIROS_WRITE_KEY" \\
  -d '{"event":"Product Added","userId":"u1","properties":{"cart_id":"c1","product_id":"k-1","price":29.9}}'`);

/** The short forms of a path say the same as the path itself: once is enough. */
function together(paths: Document['paths']): Shown[] {
  const shown = new Map<string, Shown>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const same = JSON.stringify([method, operation]);
      const found = shown.get(same);
      if (found) found.paths.push(path);
      else shown.set(same, { method: method.toUpperCase(), paths: [path], operation });
    }
  }
  return [...shown.values()];
}

const errorRows = () =>
  Object.entries(errorCodes).map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${escape(title)}</td></tr>`,
  );

const boundRows = () =>
  Object.entries(bounds).map(
    ([name, value]) => `<tr><td><code>${name}</code></td><td>${sayBound(name, value)}</td></tr>`,
  );

const anchorOf = ({ method, paths }: Shown) => `${method.toLowerCase()}${paths[0]!.replace(/[^\w]+/g, '-')}`;

function entry(shown: Shown): string {
  const { method, paths, operation } = shown;
  const link = `<a href="#${anchorOf(shown)}"><code>${method} ${escape(paths[0]!)}</code></a>`;
  return `<tr><td>${link}</td><td>${prose(firstSentence(operation.summary))}</td></tr>`;
}

function section(shown: Shown): string {
  const { method, paths, operation } = shown;
  const { summary, security, parameters, requestBody, responses } = operation;
  const key = security.length === 0 ? 'no key' : 'writeKey' in security[0]! ? 'write key' : 'admin key';
  const also = paths.length > 1 ? `<p><small>Also ${paths.slice(1).map(codeOf).join(', ')}.</small></p>` : '';
  const rows = parameters.map(
    ({ name, in: place, schema }) =>
      `<tr><td>${codeOf(name)}</td><td>${place}</td><td>${escape(saySchema(schema))}</td></tr>`,
  );
  const answered = (responses['200'] ?? responses['202'] ?? responses['302']) as { content: object };
  const codes = operation['x-error-codes'].map((code) => `<a href="#${code}">${code}</a>`).join(', ');
  return `<section id="${anchorOf(shown)}"><h3><code>${method} ${escape(paths[0]!)}</code> <span class="key">${key}</span></h3>
<p>${prose(summary)}</p>${also}
${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}
${requestBody ? details('Body', pre(requestBody.content)) : ''}${details('Answer', pre(answered.content))}
${details('Errors', `<p>${codes}</p>`)}</section>`;
}

const details = (title: string, shown: string) => `<details><summary>${title}</summary>${shown}</details>`;

/** A schema for each media type; what is no JSON has only its type. */
const pre = (content: object) =>
  Object.entries(content as Record<string, { schema?: unknown }>)
    .map(
      ([type, { schema }]) =>
        `<p>${codeOf(type)}</p>${schema ? `<pre>${escape(JSON.stringify(schema, null, 2))}</pre>` : ''}`,
    )
    .join('');

/** `CloudEvents 1.0 of` goes on: a sentence ends before a space. */
const firstSentence = (text: string) => /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;

/** What stands between backticks is code. */
const prose = (text: string) => escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const codeOf = (text: string) => `<code>${escape(text)}</code>`;

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
