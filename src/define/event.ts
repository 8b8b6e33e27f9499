/** A customer event that journeys can name: what it is called, and the type of its properties. */
export interface EventType<Properties = Record<string, unknown>> {
  readonly name: string;
  /** Only for the compiler: never set. */
  readonly properties?: Properties;
}

/** Names of the properties of an event that have one value: lists and objects are not carried. */
export type PropertyOf<Event> = Event extends EventType<infer Properties> ? SingleValued<Properties> : never;
type SingleValued<Properties> = {
  [Key in keyof Properties & string]-?: NonNullable<Properties[Key]> extends object ? never : Key;
}[keyof Properties & string];

/** Declares a customer event by the name that the Segment specification (or ours in its style) gives it. */
export function event<Properties = Record<string, unknown>>(name: string): EventType<Properties> {
  return { name };
}
