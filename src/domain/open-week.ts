import { weekdays, type QuietWindow } from './quiet-rules.ts';

const dayMinutes = 1_440;
const weekMinutes = weekdays.length * dayMinutes;

/** Whether quiet windows leave any minute of the week open, by one clock. */
export function leavesOpen(windows: readonly QuietWindow[]): boolean {
  const isQuiet = new Uint8Array(weekMinutes);
  for (const { from, to, on } of windows) {
    const begins = minuteOf(from);
    const minutes = (minuteOf(to) - begins + dayMinutes) % dayMinutes || dayMinutes;
    for (const [day, name] of weekdays.entries()) {
      if (on !== undefined && !on.includes(name)) continue;
      const first = day * dayMinutes + begins;
      for (let minute = 0; minute < minutes; minute += 1) isQuiet[(first + minute) % weekMinutes] = 1;
    }
  }
  return isQuiet.includes(0);
}

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}
