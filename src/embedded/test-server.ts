import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, isThere } from './cache-folder.ts';
import { withProgress, type Say } from './progress.ts';
import { runCommand } from './run-command.ts';
import { downloadBySdk, sdkServerPath } from './sdk-download.ts';

/** The release of Temporal's Java SDK whose test server is taken where the SDK's download is not possible. */
const mavenVersion = '1.32.0';

/** Set for the child processes of a test run, so that they need not look again: a path, or `none`. */
const variable = 'KAIROS_TEST_SERVER';

/**
 * The time-skipping test server: a path to run it by, or null where none can be had, with the reasons said. Found in
 * the cache, by the SDK's own download, or through Maven (which needs a Java).
 */
export async function findTestServer(say: Say): Promise<string | null> {
  const given = process.env[variable];
  if (given) return given === 'none' ? null : given;
  const cache = await cacheFolder();
  const downloaded = await sdkServerPath('temporal-test-server', cache);
  if (await isThere(downloaded)) return downloaded;
  const fromMaven = join(cache, `temporal-test-server-${mavenVersion}`);
  const script = join(fromMaven, 'run');
  if (await isThere(script)) return script;

  const bySdk = await downloadBySdk('temporal-test-server', cache, say);
  if ('path' in bySdk) return bySdk.path;
  const reason = await fetchByMaven(cache, fromMaven, say);
  if (reason === null) return script;
  say(`No time-skipping test server: the SDK's download: ${bySdk.reason}; Maven: ${reason}`);
  return null;
}

/** Makes the answer of `findTestServer` that of all processes this one starts. */
export function rememberTestServer(path: string | null): void {
  process.env[variable] = path ?? 'none';
}

/** Null when it worked, else why not. Made beside and renamed: the folder is whole or not there. */
async function fetchByMaven(cache: string, target: string, say: Say): Promise<string | null> {
  const java = await runCommand('java', ['-version'], { boundMs: 20_000 });
  if (!java.ok) return `no Java (${java.output.split('\n')[0]})`;
  const partial = await mkdtemp(join(cache, 'test-server-'));
  try {
    await writeFile(join(partial, 'pom.xml'), pom);
    const fetched = await withProgress(say, 'Fetching the time-skipping test server through Maven', () =>
      runCommand(
        'mvn',
        ['-B', '-q', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'],
        { boundMs: 300_000, cwd: partial },
      ),
    );
    if (!fetched.ok) return fetched.output.split('\n').at(-1) ?? 'failed';
    await writeScript(partial);
    return await moveInto(partial, target);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function writeScript(folder: string): Promise<void> {
  const options = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m';
  const lines = [
    '#!/bin/sh',
    `exec java ${options} -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"`,
  ];
  await mkdir(join(folder, 'lib'), { recursive: true });
  await writeFile(join(folder, 'run'), `${lines.join('\n')}\n`);
  await chmod(join(folder, 'run'), 0o755);
  await chmod(folder, 0o755);
}

/** Somebody else may have been faster: then theirs is as good. */
async function moveInto(partial: string, target: string): Promise<string | null> {
  try {
    await rename(partial, target);
    return null;
  } catch (error) {
    return (await isThere(join(target, 'run'))) ? null : (error as Error).message;
  }
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>kairos</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${mavenVersion}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;
