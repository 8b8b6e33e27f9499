const units = [
  { word: 'd', ms: 86_400_000 },
  { word: 'h', ms: 3_600_000 },
  { word: 'min', ms: 60_000 },
  { word: 's', ms: 1_000 },
] as const;

/** A length of time to read at a glance, in its two largest units: `2 h 24 min`, `3.2 s`. */
export function sayDuration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const place = units.findIndex((unit) => ms >= unit.ms);
  const large = units[place]!;
  const small = units[place + 1]!;
  const rest = Math.floor((ms % large.ms) / small.ms);
  return `${Math.floor(ms / large.ms)} ${large.word}${rest > 0 ? ` ${rest} ${small.word}` : ''}`;
}
