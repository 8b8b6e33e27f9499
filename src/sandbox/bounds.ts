const megabyte = 1_024 * 1_024;

/** Every bound of the sandbox provider, stated once. What goes over one gets an error that names it. */
export const sandboxBounds = {
  /** A request of SendGrid's, as SendGrid bounds it. */
  mailBytes: 30 * megabyte,
  /** A request of Twilio's. */
  smsBytes: megabyte,
  /** What a push service takes (RFC 8030). */
  pushBytes: 4_096,
  /** Recipients of a request of SendGrid's, and personalizations, as SendGrid bounds them. */
  recipients: 1_000,
  /** Characters of a text message, as Twilio bounds them. */
  smsLength: 1_600,
  /** Messages that the inbox keeps: with 17 bytes in memory for each, at most 34 MB. Then nothing more is taken. */
  messages: 2_000_000,
  /** Messages of one answer, and how many there are when none is asked for. */
  pageItems: 100_000,
  pageItemsByDefault: 1_000,
  /** Bytes of messages read from the file at once. */
  readBytes: megabyte,
  /** Faults that wait to happen, over both channels. */
  faults: 100,
  faultTimes: 100_000,
  /** Any body of the sandbox's own. */
  bodyBytes: 10 * 1_024,
  /** Call-backs that wait to be taken: what comes over that is not told. And how many are under way at once. */
  callBacks: 50_000,
  callBacksAtOnce: 10,
  /** Events of one post, as SendGrid tells of several mails at once. */
  callBackEvents: 1_000,
  /** How long a call-back may take, the first pause after one that was not taken, the longest, and how often it is tried; real milliseconds. */
  callBackMs: 10_000,
  callBackPauseMs: 500,
  callBackLongestPauseMs: 60_000,
  callBackTries: 100,
  /** Characters of a reply. */
  replyLength: 10_000,
  /** How long a call that gets no answer is held open, real milliseconds. */
  holdMs: 60_000,
} as const;
