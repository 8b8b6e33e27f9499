/** `consumed`: a message would have gone out for it (or did); `closed`: there is nothing left to wait for. */
export type WaitingState = 'waiting' | 'consumed' | 'closed';

/**
 * Why an entry was closed: the product or a substitute was bought, its customer became one with another who waits, or
 * what they were gathered for is over.
 */
export type WaitingReason = 'bought' | 'merged' | 'over';
