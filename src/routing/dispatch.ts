/**
 * Carries out one dispatch: tells Temporal what routing has decided. Every call may be repeated: a second start under
 * the same id is refused by Temporal and counts as done, a second signal is dropped by the workflow by its `seq`.
 *
 * A run that was ended before it was started never reaches Temporal. A run that ends while asleep is terminated, with
 * a reason for the operator; one that is awake is told, and finishes by itself. A run whose customer was erased is
 * deleted there, asleep, awake or long over, with all that its history says.
 */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { TypedSearchAttributes, type SearchAttributePair } from '@temporalio/common';
import type { Clock } from '../clock.ts';
import type { DescribeWorkflow } from '../define/describe-workflow.ts';
import type { OwedDispatch } from '../db/queries/owed-dispatches.ts';
import { dispatchSignal, type RunDispatch, type RunInput } from '../domain/run-input.ts';
import { safeName } from '../domain/safe-name.ts';
import { searchAttributes } from '../domain/search-attributes.ts';
import { journeyQueue } from '../domain/task-queues.ts';
import { wakeCarrying, type WatchInput } from '../domain/watch-input.ts';
import { forgetWorkflow } from './forget-workflow.ts';

export interface DispatchContext {
  client: Client;
  clock: Clock;
  secret: string;
  describe: DescribeWorkflow;
}

/** So close to its waking a run may be awake already: it is told instead of terminated. Real milliseconds. */
const wakingMarginMs = 1_000;

export async function carryOut(context: DispatchContext, dispatch: OwedDispatch): Promise<void> {
  if (dispatch.kind === 'start') return startRun(context, dispatch);
  if (dispatch.kind === 'forget') return forgetWorkflow(context.client, dispatch.run.workflowId);
  if (dispatch.kind === 'end' && isAsleep(context, dispatch)) return terminateAsleep(context, dispatch);
  const handle = context.client.workflow.getHandle(dispatch.run.workflowId);
  await ignoringGone(handle.signal(dispatchSignal, signalOf(dispatch)));
}

async function startRun(context: DispatchContext, dispatch: OwedDispatch): Promise<void> {
  const { run } = dispatch;
  if (run.state === 'closed') return;
  const subject = run.subject === null ? null : safeName(run.subject, context.secret);
  const described = context.describe(run.name, run.version, subject);
  if (!described) throw new UnknownVersion(run.name, run.version);
  const input =
    subject === null ? journeyInput(context, dispatch) : watchInput(context, { ...dispatch, subject });
  const asleepMs = run.wakesAt
    ? context.clock.toReal(run.wakesAt).getTime() - context.clock.realNow().getTime()
    : 0;
  try {
    await context.client.workflow.start(described.workflowType, {
      workflowId: run.workflowId,
      taskQueue: journeyQueue,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: described.summary,
      typedSearchAttributes: new TypedSearchAttributes(attributesOf(context, run, asleepMs > 0)),
      ...(asleepMs > 0 ? { startDelay: asleepMs } : {}),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function journeyInput({ clock }: DispatchContext, { runId, run }: OwedDispatch): RunInput {
  const { name, first, carries, settings, openedAt, lastSeq } = run;
  const told = lastSeq > 0 ? { told: lastSeq } : {};
  return { runId, name, first, carries, settings, openedAt: openedAt.getTime(), ...told, clock: clock.scale };
}

function watchInput(
  { clock }: DispatchContext,
  { runId, run, carries, eventName, occurredAt, heardUpTo, subject }: OwedDispatch & { subject: string },
): WatchInput {
  const { name, settings, openedAt } = run;
  const wake = wakeCarrying({ seq: 0, name: eventName ?? '', at: occurredAt.getTime() }, carries);
  return {
    ...{ runId, name, subject, wake, heardUpTo, settings },
    ...{ openedAt: openedAt.getTime(), clock: clock.scale },
  };
}

function attributesOf(
  context: DispatchContext,
  run: OwedDispatch['run'],
  isAsleep: boolean,
): SearchAttributePair[] {
  const pairs: SearchAttributePair[] = [{ key: searchAttributes.name, value: run.name }];
  if (run.customerId) pairs.push({ key: searchAttributes.customer, value: run.customerId });
  if (run.subject)
    pairs.push({ key: searchAttributes.subject, value: safeName(run.subject, context.secret) });
  if (run.key !== '') pairs.push({ key: searchAttributes.key, value: safeName(run.key, context.secret) });
  if (isAsleep) pairs.push({ key: searchAttributes.stage, value: 'asleep' });
  return pairs;
}

function isAsleep({ clock }: DispatchContext, { run }: OwedDispatch): boolean {
  return (
    run.wakesAt !== null && clock.realNow().getTime() < clock.toReal(run.wakesAt).getTime() - wakingMarginMs
  );
}

async function terminateAsleep(context: DispatchContext, { run, eventName }: OwedDispatch): Promise<void> {
  const because = eventName
    ? `${eventName} came while it was waiting`
    : 'the customer became one with another';
  const handle = context.client.workflow.getHandle(run.workflowId);
  await ignoringGone(handle.terminate(`Ended as "${run.outcome}": ${because}. Nothing was left to do.`));
}

function signalOf(dispatch: OwedDispatch): RunDispatch {
  return {
    seq: dispatch.seq,
    kind: dispatch.kind === 'end' ? 'end' : 'event',
    eventId: dispatch.eventId ?? '',
    name: dispatch.eventName ?? '',
    at: dispatch.occurredAt.getTime(),
    carries: dispatch.carries,
    ...(dispatch.kind === 'end' ? { outcome: dispatch.run.outcome ?? 'ended' } : {}),
  };
}

/** A run that is over, or was never started because it had ended, needs no telling. */
async function ignoringGone(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  });
}

/** The row asks for a version of a journey or watch that this code does not have: an older process; a newer one can do it. */
export class UnknownVersion extends Error {
  override readonly name = 'UnknownVersion';
  /** As `owedDispatches` leaves it out: `name/version`. */
  readonly version: string;
  constructor(name: string, version: number) {
    super(`This code has no version ${version} of ${name}: run the router of the release that has it.`);
    this.version = `${name}/${version}`;
  }
}
