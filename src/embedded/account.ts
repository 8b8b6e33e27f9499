import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { StartError } from '../errors.ts';

const run = promisify(execFile);

/** An account of the operating system that a program is run as. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * Whom PostgreSQL runs as: nobody else for an ordinary user (null), and `postgres` for root, as whom PostgreSQL
 * refuses to run. The account is made where it is missing.
 */
export async function databaseAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const found = await lookUp('postgres');
  if (found) return found;
  await createAccount('postgres');
  const made = await lookUp('postgres');
  if (made) return made;
  throw new StartError(
    'PostgreSQL does not run as root, and the user `postgres` could not be made.\n' +
      'Make it (`useradd --system postgres`), run Kairos as an ordinary user, or set DATABASE_URL.',
  );
}

async function lookUp(name: string): Promise<Account | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

/** With `useradd` where there is one, else with the `adduser` of small systems. */
async function createAccount(name: string): Promise<void> {
  const ways: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', name]],
    ['adduser', ['-S', '-D', '-H', '-s', '/bin/false', name]],
  ];
  for (const [command, args] of ways) {
    const made = await run(command, args).then(
      () => true,
      () => false,
    );
    if (made) return;
  }
}

/** Whether an account may enter a folder and all those above it. Anybody may enter what they own (null). */
export async function canEnter(account: Account | null, folder: string): Promise<boolean> {
  if (!account) return true;
  const child = spawn('/bin/sh', ['-c', 'cd "$0" && test -x .', folder], {
    ...account,
    cwd: '/',
    stdio: 'ignore',
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
