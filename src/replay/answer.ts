import { z } from 'zod';

/** A message that Kairos looked at and did not take, by its place in the batch. */
export interface Rejection {
  index: number;
  sentence: string;
}

/** What became of a batch: Kairos dealt with every message of it, or with none. */
export type Answer =
  | { taken: true; accepted: number; duplicates: number; rejected: Rejection[] }
  | { taken: false; sentence: string };

const rejection = z.object({ index: z.number().int(), code: z.string(), detail: z.string() });
const takenBody = z.object({
  accepted: z.number().int(),
  duplicates: z.number().int(),
  rejected: z.array(rejection),
});
const problemBody = z.object({
  code: z.string(),
  detail: z.string().optional(),
  rejected: z.array(rejection).optional(),
});

/** What an answer over HTTP says of each of `count` messages; null when it says that none was dealt with. */
export function readTaken(status: number, body: unknown, count: number): Answer | null {
  const say = ({ index, code, detail }: z.infer<typeof rejection>): Rejection => ({
    index,
    sentence: `${code}: ${detail}`,
  });
  if (status === 400) {
    const problem = problemBody.safeParse(body);
    if (problem.data?.rejected?.length !== count) return null;
    return { taken: true, accepted: 0, duplicates: 0, rejected: problem.data.rejected.map(say) };
  }
  const taken = takenBody.safeParse(body);
  if ((status !== 200 && status !== 202) || !taken.success) return null;
  const { accepted, duplicates, rejected } = taken.data;
  if (accepted + duplicates + rejected.length !== count) return null;
  return { taken: true, accepted, duplicates, rejected: rejected.map(say) };
}

/** Why nothing was taken, and what to do. */
export function sayRefused(
  { status, body }: { status: number; body: unknown },
  { url, key }: { url: string; key: 'KAIROS_WRITE_KEY' | 'KAIROS_ADMIN_KEY' },
): string {
  const problem = problemBody.safeParse(body);
  const what = problem.success ? ` ${problem.data.code}: ${problem.data.detail ?? ''}` : '';
  const said = `Kairos answered ${status}${what}`.replace(/[.\s]*$/, '.');
  if (status === 401 || status === 403) {
    const which = key === 'KAIROS_WRITE_KEY' ? 'write key' : 'admin key';
    return `${said} Set ${key} to the ${which} of ${url}.`;
  }
  return problem.success ? said : `${said} Is ${url} a Kairos? Say with --url where it is.`;
}
