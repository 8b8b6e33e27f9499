import { createHash } from 'node:crypto';
import type { Response } from 'express';
import type { Choice } from './preferences.ts';

const style = `:root{color-scheme:light dark}*{box-sizing:border-box}
body{margin:0;font:18px/1.5 system-ui,sans-serif;background:#f4f4f1;color:#1d1f23}
main{max-width:34rem;margin:0 auto;padding:1.5rem 1rem 3rem}h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 1rem}
fieldset{border:1px solid #c9c9c2;border-radius:.6rem;background:#fff;margin:0 0 1rem;padding:.4rem 1rem}
legend{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
label{display:flex;gap:.8rem;padding:.7rem 0;align-items:flex-start}label.topic{margin-left:1.6rem}
input{width:1.3rem;height:1.3rem;margin:.1rem 0 0;flex:none}small{display:block;color:#5c626b}
button{font:inherit;font-weight:600;padding:.7rem 1.2rem;border-radius:.5rem;border:1px solid #0b5fd0;min-height:2.75rem}
.save{background:#0b5fd0;color:#fff}.stop{background:transparent;color:inherit;border-color:#5c626b}
p.said{background:#e7eaee;border-radius:.6rem;padding:.8rem 1rem}p.done{background:#dff3e3;color:#14361c}.buttons{display:flex;flex-wrap:wrap;gap:.8rem}
@media(prefers-color-scheme:dark){body{background:#17181b;color:#ececea}fieldset{background:#202226;border-color:#3d4046}
small{color:#a9aeb6}.save{background:#7fb2f5;color:#10151c;border-color:#7fb2f5}p.said{background:#2a2d33}p.done{background:#1d3b26;color:#dff3e3}}`;

const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/** What a page says above the choices; null: nothing was done. */
export interface Shown {
  title: string;
  /** What was just done, or what there is to know. */
  notice: string | null;
  choices: readonly Choice[];
}

/** Sends a page that runs nothing, loads nothing, and is in no search engine's index. */
export function sendPage(res: Response, status: number, shown: Shown): void {
  res
    .status(status)
    .set({
      'Content-Security-Policy': `default-src 'none'; img-src data:; style-src ${styleHash}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      'X-Robots-Tag': 'noindex, nofollow',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    })
    .type('html')
    .send(pageOf(shown));
}

function pageOf({ title, notice, choices }: Shown): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow"><title>${escape(title)}</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body><main><h1>${escape(title)}</h1>
${notice === null ? '' : `<p class="said${choices.length === 0 ? '' : ' done'}" role="status">${escape(notice)}</p>`}
${choices.length === 0 ? '' : formOf(choices)}
</main></body></html>`;
}

/** It posts to where it stands. Messages about orders are no choice: they are owed. */
function formOf(choices: readonly Choice[]): string {
  return `<form method="post"><p>Tick what you would like to get from us. Messages about your orders come in any case.</p>
${grouped(choices)
  .map((of) => `<fieldset><legend>${escape(of[0]!.label)}</legend>${of.map(choiceOf).join('')}</fieldset>`)
  .join('\n')}
<div class="buttons"><button class="save" name="action" value="save">Save</button>
<button class="stop" name="action" value="stop">Stop everything</button></div></form>`;
}

function choiceOf({ name, label, topic, isOn, fixed }: Choice): string {
  const state = `${isOn ? ' checked' : ''}${fixed === null ? '' : ' disabled'}`;
  const shown = fixed === null ? `<input type="hidden" name="shown" value="${escape(name)}">` : '';
  const why = fixed !== null && topic === '' ? `<small>${escape(fixed)}</small>` : '';
  return `<label${topic === '' ? '' : ' class="topic"'}><input type="checkbox" name="on" value="${escape(name)}"${state}><span>${escape(label)}${why}</span></label>${shown}`;
}

function grouped(choices: readonly Choice[]): Choice[][] {
  const groups = new Map<string, Choice[]>();
  for (const choice of choices) groups.set(choice.channel, [...(groups.get(choice.channel) ?? []), choice]);
  return [...groups.values()];
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
