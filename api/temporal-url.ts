import type { Config } from '../src/config.ts';

type Settings = Pick<Config, 'TEMPORAL_UI_URL' | 'TEMPORAL_NAMESPACE'>;

/** The page of a workflow in the Temporal UI; null when it is not known where that is. */
export function workflowUrl(config: Settings, workflowId: string): string | null {
  const list = workflowsUrl(config);
  return list && `${list}/${encodeURIComponent(workflowId)}`;
}

/** The list of a customer's runs in the Temporal UI; null when it is not known where that is. */
export function customerWorkflowsUrl(config: Settings, customerId: string): string | null {
  const list = workflowsUrl(config);
  return list && `${list}?query=${encodeURIComponent(`KairosCustomer="${customerId}"`)}`;
}

function workflowsUrl({ TEMPORAL_UI_URL, TEMPORAL_NAMESPACE }: Settings): string | null {
  if (TEMPORAL_UI_URL === undefined) return null;
  const base = TEMPORAL_UI_URL.replace(/\/+$/, '');
  return `${base}/namespaces/${encodeURIComponent(TEMPORAL_NAMESPACE)}/workflows`;
}
