import { Connection, isGrpcServiceError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import proto from '@temporalio/proto';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { searchAttributeNames } from './domain/search-attributes.ts';
import { StartError } from './errors.ts';

const keyword = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/** Where Temporal is, for `Connection.connect` and `NativeConnection.connect` alike. */
export interface TemporalTarget {
  connectionOptions: NativeConnectionOptions & { address: string };
  namespace: string;
}

/**
 * The Temporal that an environment names: by TEMPORAL_ADDRESS with the other TEMPORAL_ variables, or by a profile of
 * Temporal's own configuration file, which counts only when TEMPORAL_PROFILE or TEMPORAL_CONFIG_FILE asks for it, so
 * that a file made for the command line does not take Kairos elsewhere unasked. Null when none is named.
 */
export function temporalTarget(env: NodeJS.ProcessEnv): TemporalTarget | null {
  const given = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const usesFile = Boolean(env['TEMPORAL_PROFILE'] ?? env['TEMPORAL_CONFIG_FILE']);
  const { connectionOptions, namespace } = loadClientConnectConfig({
    overrideEnvVars: Object.fromEntries(given),
    disableFile: !usesFile,
  });
  const { address } = connectionOptions;
  if (!address) return null;
  return { connectionOptions: { ...connectionOptions, address }, namespace: namespace ?? 'default' };
}

/** gRPC's own pause between two tries to connect grows to two minutes: a Temporal that is back would be thought gone. */
const longestReconnectPauseMs = 2_000;

/** A connection for a client, made when it is first used, and made anew within seconds when Temporal is back. */
export function lazyConnection(options: TemporalTarget['connectionOptions']): Connection {
  const channelArgs = { 'grpc.max_reconnect_backoff_ms': longestReconnectPauseMs };
  return Connection.lazy({ ...options, channelArgs });
}

/**
 * Registers the search attributes that runs are found by, those that a namespace does not have yet.
 * @throws StartError when an attribute of that name has another type.
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const known = await connection.operatorService.listSearchAttributes({ namespace });
  const types = known.customAttributes ?? {};
  const wrong = searchAttributeNames.filter((name) => name in types && types[name] !== keyword);
  if (wrong.length > 0) {
    throw new StartError(
      `The Temporal namespace ${namespace} has the search attributes ${wrong.join(', ')} with a type that is ` +
        'not Keyword.\nRemove them (`temporal operator search-attribute remove`) or set TEMPORAL_NAMESPACE to another.',
    );
  }
  const missing = searchAttributeNames.filter((name) => !(name in types));
  if (missing.length > 0) await addSearchAttributes(connection, namespace, missing);
}

/** Adds attributes of type Keyword; somebody else may have added them at the same time. */
export async function addSearchAttributes(
  connection: Connection,
  namespace: string,
  names: string[] = searchAttributeNames,
): Promise<void> {
  const added = connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(names.map((name) => [name, keyword])),
  });
  await added.catch((error: unknown) => {
    if (!isGrpcServiceError(error) || !/already exist/i.test(error.details)) throw error;
  });
}

/** A connection to a Temporal that is expected to answer at once; fails after four seconds. */
export async function promptConnection({ connectionOptions }: TemporalTarget): Promise<Connection> {
  const { address, tls, apiKey, metadata } = connectionOptions;
  return Connection.connect({
    address,
    connectTimeout: '4 seconds',
    ...(tls === undefined || tls === null ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  });
}
