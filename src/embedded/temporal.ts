import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { searchAttributeNames } from '../domain/search-attributes.ts';
import { registerSearchAttributes } from '../temporal.ts';
import type { ProgramCommand } from './program.ts';

/** Where the embedded dev server lives. */
export interface DevServer {
  binary: string;
  /** The file that it keeps its state in. */
  file: string;
  port: number;
  uiPort: number;
  namespace: string;
}

/** As long as operators may want to look at a run that has closed. */
const retention = '30 days';

/** The dev server was made for trying things out; these bounds would throttle a shop with one busy machine. */
const dynamicConfig: Record<string, string> = {
  // Timers would be up to a quarter of a second late, which is a quarter of an hour at the highest clock speed.
  'history.timerProcessorMaxTimeShift': '"1ms"',
  'frontend.rps': '20000',
  'frontend.namespaceRPS': '20000',
  'frontend.namespaceRPS.visibility': '1000',
  'matching.rps': '20000',
  'history.rps': '20000',
};

/** How the dev server is run. */
export function devServerCommand(server: DevServer): ProgramCommand {
  const args = [
    ['server', 'start-dev', '--ip', '127.0.0.1', '--ui-ip', '127.0.0.1'],
    [
      '--namespace',
      server.namespace,
      '--port',
      String(server.port),
      '--ui-port',
      String(server.uiPort),
      '--db-filename',
      server.file,
    ],
    ['--log-level', 'warn', '--log-format', 'text'],
    // Twice the rate of the default, and safe against the death of the process.
    ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...Object.entries(dynamicConfig).map(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
    ...searchAttributeNames.map((name) => ['--search-attribute', `${name}=Keyword`]),
  ];
  return {
    file: server.binary,
    args: args.flat(),
    // The variables that tell a client where to go confuse the server's own command line.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'))),
    account: null,
    stopSignal: 'SIGTERM',
  };
}

/** Whether the namespace behind an address answers now. */
export async function answersTemporal(address: string, namespace: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '2 seconds' });
    try {
      await connection.workflowService.describeNamespace({ namespace });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

/** Gives a namespace of the dev server the search attributes of runs and keeps closed runs for 30 days. */
export async function prepareDevServer(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await registerSearchAttributes(connection, namespace);
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(retention) },
    });
  } finally {
    await connection.close();
  }
}
