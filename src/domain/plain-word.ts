/** A word that somebody stated, as it is compared: spaces around it and capitals do not matter. */
export const plainWord = (word: string): string => word.trim().toLowerCase();
