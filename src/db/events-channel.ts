/** The channel on which routers hear that there is something to route. */
export const eventsChannel = 'kairos_events';
