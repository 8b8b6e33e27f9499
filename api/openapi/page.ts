import { bounds } from '../../src/domain/bounds.ts';
import { errorCodes } from '../../src/errors.ts';
import type { Document, DocumentedOperation } from './document.ts';

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h2{margin-top:2.5rem}section{border-top:1px solid #8886;padding:.5rem 0}h3{overflow-wrap:anywhere;margin:.5rem 0}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #8884;vertical-align:top;overflow-wrap:anywhere}
pre{overflow:auto;background:#8882;padding:.7rem;border-radius:.3rem;font-size:.85rem}code{font-size:.9em}`;

/** A page for people, made from the document; it asks for nothing else. */
export function pageOf({ info, paths }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(method, path, operation)),
  );
  const errors = Object.entries(errorCodes).map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${escape(title)}</td></tr>`,
  );
  const limits = Object.entries(bounds).map(
    ([name, value]) =>
      `<tr><td><code>${name}</code></td><td>${Number(value).toLocaleString('en-US')}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Kairos API</title><style>${style}</style>
<h1>Kairos API</h1><p>${escape(info.description)} Version ${escape(info.version)}; for programs: <a href="/openapi.json">/openapi.json</a>.
<a href="#errors">Errors</a> · <a href="#bounds">Bounds</a></p>
<p>Send a key as <code>Authorization: Bearer KEY</code>, or as the user name of HTTP Basic. A write key may only send customer events; an admin key may do everything.</p>
<h2>Requests</h2>${operations.join('\n')}
<h2 id="errors">Errors</h2><table><tr><th>code<th>status<th>what it means</tr>${errors.join('\n')}</table>
<h2 id="bounds">Bounds</h2><p>Bytes count inflated bodies; <code>Ms</code> is milliseconds, <code>Length</code> characters.</p>
<table><tr><th>bound<th>value</tr>${limits.join('\n')}</table></html>`;
}

function section(method: string, path: string, operation: DocumentedOperation): string {
  const { summary, security, parameters, requestBody, responses } = operation;
  const key = security.length === 0 ? 'no key' : 'writeKey' in security[0]! ? 'write key' : 'admin key';
  const rows = parameters.map(
    ({ name, in: place, schema }) =>
      `<tr><td><code>${name}</code></td><td>${place}</td><td><code>${escape(JSON.stringify(schema))}</code></td></tr>`,
  );
  const answered = (responses['200'] ?? responses['202']) as { content: unknown };
  const codes = operation['x-error-codes'].map((code) => `<a href="#${code}">${code}</a>`).join(', ');
  return `<section><h3><code>${method.toUpperCase()} ${escape(path)}</code></h3><p>${escape(summary)} (${key})</p>
${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}
${requestBody ? details('Body', requestBody.content) : ''}${details('Answer', answered.content)}
<p>Errors: ${codes}</p></section>`;
}

const details = (title: string, shown: unknown) =>
  `<details><summary>${title}</summary><pre>${escape(JSON.stringify(shown, null, 2))}</pre></details>`;

const escape = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
