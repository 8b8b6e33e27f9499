interface RecordedEvent {
  eventId: string;
  eventType: string;
  userMetadata?: { summary?: { data?: string } };
  [attributes: string]: unknown;
}

/** Where a recorded history stops. */
export interface Stop {
  /** How many timers it has started: two waits that read alike differ in that. */
  timers: number;
  /** The summary of the timer that runs; null when there is none, so also when the run has ended. */
  summary: string | null;
  hasEnded: boolean;
}

export function stoppedIn({ events }: { events: RecordedEvent[] }): Stop {
  const started = events.filter(({ eventType }) => eventType === 'EVENT_TYPE_TIMER_STARTED');
  const over = new Set(events.flatMap(timerThatIsOver));
  const hasEnded = /^EVENT_TYPE_WORKFLOW_EXECUTION_(?!STARTED|SIGNALED)/.test(events.at(-1)?.eventType ?? '');
  const running = hasEnded ? undefined : started.find(({ eventId }) => !over.has(eventId));
  const data = running?.userMetadata?.summary?.data;
  return {
    timers: started.length,
    summary: data === undefined ? null : (JSON.parse(Buffer.from(data, 'base64').toString()) as string),
    hasEnded,
  };
}

function timerThatIsOver(event: RecordedEvent): string[] {
  const attributes = (event['timerFiredEventAttributes'] ?? event['timerCanceledEventAttributes']) as
    { startedEventId: string } | undefined;
  return attributes ? [attributes.startedEventId] : [];
}
