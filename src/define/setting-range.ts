/** Between which numbers a setting may lie, both among them. */
export interface SettingRange {
  readonly least: number;
  readonly most: number;
}

/** Whether a number may be set. */
export const isWithin = ({ least, most }: SettingRange, value: number): boolean =>
  value >= least && value <= most;
