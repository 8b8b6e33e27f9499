/**
 * Which of two reports on one thing counts: the newer; of two of one moment that of the source which is first by name, of
 * one source the later. The database is told the same in `inForceFirst`.
 */
export function inForce<Report extends { at: number; source: string }>(
  known: Report | undefined,
  report: Report,
): Report {
  if (!known || report.at > known.at) return report;
  return report.at === known.at && report.source <= known.source ? report : known;
}
