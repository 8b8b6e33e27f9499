import { calendarDay, type CapWindow } from '../domain/cap-window.ts';
import { isDateStart, sayDateStart } from './date-start.ts';
import type { JourneyDefinition } from './journey.ts';
import { shortened } from './shortened.ts';

/** The journey in one line, as it stands over each of its workflows in Temporal. */
export function staticSummary(journey: JourneyDefinition): string {
  const ends = Object.entries(journey.ends).map(([outcome, event]) => `${event.name} (${outcome})`);
  const parts = [
    sayStart(journey),
    ...(ends.length > 0 ? [`ends on ${ends.join(' or ')}`] : []),
    ...(journey.onsite ? ["sends to the shop's pages"] : []),
    `lasts ${journey.lasts} at most`,
    `sends ${journey.cap.sends} within ${sayWindow(journey.cap.within)} at most`,
    ...(journey.holdout > 0 ? [`holds out ${Number((journey.holdout * 100).toFixed(1))} %`] : []),
    `runs again ${journey.again}`,
  ];
  return shortened(`${journey.name}: ${parts.join('; ')}`);
}

/** A rolling span stands as it is. */
function sayWindow(within: CapWindow): string {
  return within === calendarDay ? `a ${calendarDay}` : within;
}

function sayStart({ starts, per }: JourneyDefinition): string {
  // One run an occasion goes without saying.
  if (isDateStart(starts)) return `starts ${sayDateStart(starts)}`;
  return `starts on ${starts.name}${per ? `, per ${per}` : ''}`;
}
