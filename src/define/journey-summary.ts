import type { JourneyDefinition } from './journey.ts';

/** As many bytes as Temporal takes for the summary of a workflow. */
const mostBytes = 400;

/** The journey in one line, as it stands over each of its workflows in Temporal. */
export function staticSummary(journey: JourneyDefinition): string {
  const ends = Object.entries(journey.ends).map(([outcome, event]) => `${event.name} (${outcome})`);
  const parts = [
    `starts on ${journey.starts.name}${journey.per ? `, per ${journey.per}` : ''}`,
    ...(ends.length > 0 ? [`ends on ${ends.join(' or ')}`] : []),
    `lasts ${journey.lasts} at most`,
    `sends ${journey.cap.sends} within ${journey.cap.within} at most`,
    ...(journey.holdout > 0 ? [`holds out ${Number((journey.holdout * 100).toFixed(1))} %`] : []),
    `runs again ${journey.again}`,
  ];
  return shortened(`${journey.name}: ${parts.join('; ')}`);
}

function shortened(text: string): string {
  const encoder = new TextEncoder();
  if (encoder.encode(text).length <= mostBytes) return text;
  let kept = text;
  while (encoder.encode(`${kept}…`).length > mostBytes) kept = [...kept].slice(0, -1).join('');
  return `${kept}…`;
}
