import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { commandLine } from './process-identity.ts';

/** Who listens on a port, in words: `process 123 (node server.js)`; null where this cannot be found out. */
export async function portHolder(port: number): Promise<string | null> {
  const pid = process.platform === 'linux' ? await listenerOnLinux(port) : await listenerByLsof(port);
  if (pid === null) return null;
  const command = await commandLine(pid);
  return `process ${pid}${command ? ` (${command.slice(0, 200)})` : ''}`;
}

const listening = '0A';

async function listenerOnLinux(port: number): Promise<number | null> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const sockets = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const rows = (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1);
    for (const row of rows) {
      const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
      if (state === listening && local?.endsWith(`:${hexPort}`)) sockets.add(`socket:[${inode}]`);
    }
  }
  if (sockets.size === 0) return null;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) if (await holdsOne(pid, sockets)) return Number(pid);
  return null;
}

/** Another user's process does not show what it holds: then it is not found. */
async function holdsOne(pid: string, sockets: Set<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')));
  return targets.some((target) => sockets.has(target));
}

async function listenerByLsof(port: number): Promise<number | null> {
  const asked = promisify(execFile)('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']);
  const out = await asked.then(
    ({ stdout }) => stdout,
    () => '',
  );
  return Number(out.split('\n')[0]) || null;
}
