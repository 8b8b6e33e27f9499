import { isGrpcServiceError } from '@temporalio/client';

/** gRPC status 3: what was asked can never be taken as it is. */
const invalidArgument = 3;

/** Whether Temporal refused a call for what it asks, so that asking again cannot help. */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error && !isGrpcServiceError(error) ? error.cause : error;
  return isGrpcServiceError(cause) && (cause.code as number) === invalidArgument;
}
