import type { Listing } from './planned.ts';

/** A workflow's export. Its name is durable. */
export function exportOf(name: string, file: string): Listing {
  const line = `export { ${name} } from './${file}';`;
  return {
    path: 'workflows/index.ts',
    change: (text) => `${text.trimEnd()}\n${line}\n`,
    byHand: `add \`${line}\``,
  };
}

/** A message and what it says. */
export function messageListing(name: string, file: string): Listing {
  return {
    path: 'src/messages/index.ts',
    change(text) {
      const imports =
        `import { ${name}Content } from './${file}.content.ts';\n` +
        `import { ${name} } from './${file}.ts';\n`;
      const imported = insertAfterImports(text, imports);
      const listed = imported && insertIntoArray(imported, 'messages', name);
      return listed && insertIntoArray(listed, 'contents', `${name}Content`);
    },
    byHand: `add ${name} to \`messages\` and ${name}Content to \`contents\``,
  };
}

/** The names that only grow in number: what waits for years is found by them. */
export function durableNames(names: { workflows: string[]; messages: string[] }): Listing {
  return {
    path: 'test/durable-names.json',
    change(text) {
      const known = JSON.parse(text) as Record<string, string[]>;
      for (const [kind, more] of Object.entries(names)) known[kind] = [...(known[kind] ?? []), ...more];
      return JSON.stringify(known);
    },
    byHand: `add ${names.workflows.join(', ')} to "workflows" and ${names.messages.join(', ')} to "messages"`,
  };
}

function insertAfterImports(text: string, lines: string): string | null {
  const last = [...text.matchAll(/^import [^;]*;\n/gm)].at(-1);
  if (!last) return null;
  const place = last.index + last[0].length;
  return text.slice(0, place) + lines + text.slice(place);
}

function insertIntoArray(text: string, array: string, item: string): string | null {
  const found = new RegExp(`(export const ${array}\\b[^=]*= \\[[^\\]]*?),?\\s*\\];`).exec(text);
  if (!found) return null;
  const place = found.index;
  return `${text.slice(0, place)}${found[1]}, ${item}];${text.slice(place + found[0].length)}`;
}
