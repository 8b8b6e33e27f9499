import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../errors.ts';
import { readIfThere } from '../read-if-there.ts';
import { writeWhole } from './write-whole.ts';

/** Raised when this version writes something into a home that older ones would not understand. */
const format = 1;

const schema = z.object({
  format: z.literal(format),
  postgres: z.object({
    /** Where the cluster lies; null while there is none. Elsewhere than in the home when its user cannot enter it. */
    dataDir: z.string().nullable(),
    password: z.string(),
  }),
  /** The ports that the embedded parts used last, so that a new start keeps them. */
  ports: z.record(z.string(), z.number()),
});

/** What the embedded parts have to remember from one start to the next: `home.json` in the home. */
export type HomeFile = z.infer<typeof schema>;

const fileName = 'home.json';

/** What a home remembers; of a new one, what it begins with. @throws StartError when a newer version wrote it. */
export async function readHomeFile(home: string): Promise<HomeFile> {
  const path = join(home, fileName);
  const text = await readIfThere(path);
  if (text === null) return newHome();
  const content: unknown = JSON.parse(text);
  const written = z.object({ format: z.number() }).safeParse(content).data?.format ?? 0;
  if (written > format) {
    throw new StartError(
      `The home ${home} was written by a newer version of Kairos (format ${written}; this one knows ${format}).\n` +
        'Start that version or a newer one, or begin anew with another KAIROS_HOME.',
    );
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new StartError(`${path} is damaged: ${z.prettifyError(parsed.error)}\nRestore it from a backup.`);
}

function newHome(): HomeFile {
  return { format, postgres: { dataDir: null, password: randomBytes(18).toString('base64url') }, ports: {} };
}

export async function writeHomeFile(home: string, content: HomeFile): Promise<void> {
  await writeWhole(join(home, fileName), `${JSON.stringify(content, null, 2)}\n`, 0o600);
}
