/** A file to be written, by its path from the root. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** A file that is there and names what is new. */
export interface Listing {
  readonly path: string;
  /** The text with the new names in it; null when the place for them is not found. */
  readonly change: (text: string) => string | null;
  /** What an author does by hand then. */
  readonly byHand: string;
}

/** All that `npm run new` does for one name. */
export interface Plan {
  readonly files: readonly NewFile[];
  readonly listings: readonly Listing[];
  /** What an author does next. */
  readonly next: readonly string[];
}
