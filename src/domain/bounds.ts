const kilobyte = 1_024;

/**
 * Every bound of what comes in, stated once. Bytes count inflated bodies. What goes over one of them gets an error
 * that names it; `/docs` shows them all.
 */
export const bounds = {
  /** A body of `/v1/batch`. */
  batchBytes: 500 * kilobyte,
  /** A message, alone or in a batch, with the batch's context merged under its own. */
  itemBytes: 32 * kilobyte,
  /** Messages in a batch: more than valid ones fit into its bytes. */
  batchItems: 20_000,
  /** All messages of a batch together, with its context merged under each: that may be much more than was sent. */
  batchMergedBytes: 4_096 * kilobyte,
  /** A body of `/v1/products`, and the products in it. */
  productsBytes: 5_000 * kilobyte,
  products: 1_000,
  /** Places that the refusal of a put of products names. */
  productErrors: 100,
  /** Characters of the address of a product or its image. */
  urlLength: 2_048,
  /** Substitutes and reviews of a product, and characters of a review. */
  productSubstitutes: 100,
  productReviews: 20,
  reviewLength: 2_000,
  /** Characters of an address that is suppressed, or looked for: more than mail systems carry (RFC 5321). */
  addressLength: 320,
  /** The address of a request and its headers, together. */
  headerBytes: 16 * kilobyte,
  /** Any other body. */
  bodyBytes: 100 * kilobyte,
  /** Objects and arrays within each other. */
  depth: 64,
  /** Characters of an id. */
  idLength: 255,
  /** Characters of a CloudEvent's source. With an id it is a key of the database, which bounds keys. */
  sourceLength: 1_024,
  /** For how long a price is kept that is no longer in force: a year, and the season after it to compare. */
  priceHistoryDays: 450,
  /**
   * For how long it is kept what a watch gathered, how its waves went, and who was gathered and not told; how long a
   * state of the world is that nobody has reported since, a year and the season after it; and what was forecast of a day
   * that is over.
   */
  waveDays: 90,
  stateDays: 450,
  pastStateDays: 30,
  /** For how long what has happened to a product waits for runs to be told: seconds, unless no code hears of it any more. */
  productNewsDays: 7,
  /** Prices, variants and locations that the answer about a product shows. */
  productPrices: 100,
  productVariants: 100,
  productLocations: 100,
  /** Units of stock in one report. */
  stockUnits: 1_000_000_000,
  /** Categories, or regions, that a moment names. */
  momentNames: 100,
  /** Characters of an event's name. */
  nameLength: 255,
  /** Characters of the JSON of all traits of a customer: a trait that would lead over it is not taken. */
  traitsLength: 65_536,
  /** Properties of an event that are kept as facts, and characters of each: what is longer, or a list, is not. */
  factProperties: 50,
  factLength: 255,
  /** Years of a customer's dates: what lies outside of them stands for a date that is not known. */
  earliestYear: 1900,
  latestYear: 2200,
  /** Characters of the wording of a consent. */
  wordingLength: 10_000,
  /** Journeys and watches, or topics, that the settings of the shop name caps of. */
  cappedNames: 100,
  /** Channels and topics of which one identify, or one put, says what a customer agrees to. */
  consentTopics: 100,
  /** Items of a list's page, and how many there are when none is asked for. */
  pageItems: 1_000,
  pageItemsByDefault: 100,
  /** Messages, and bytes of them, that wait in one process for their commit. */
  queueItems: 40_000,
  queueBytes: 64 * kilobyte * kilobyte,
  /** Messages that share a commit. */
  commitItems: 5_000,
  /** How long a shared commit may take, real milliseconds. */
  commitMs: 8_000,
  /** How long a request about a customer waits for their accepted events to take effect, real milliseconds. */
  behindMs: 3_000,
  /** How long a look at whether a part is ready may take, real milliseconds. */
  readyMs: 3_000,
  /** Where `/metrics` stops counting a queue, and how long a scrape waits for the counts, real milliseconds. */
  countedItems: 10_000,
  countMs: 2_000,
  /**
   * How long a call to a provider may be under way whose run is over, real milliseconds: if its end was not told by
   * then, nobody is there to tell it. Ten times what an attempt may take.
   */
  callMs: 600_000,
  /** Customers of a wave that pass the gate in one transaction: on a channel that takes many in one call, or one by one. */
  waveCustomers: 1_000,
  waveCustomersOneByOne: 100,
  /** Other products that a page of a watch looks at, for messages that tell of several or choose between them. */
  rivalProducts: 50,
  /** How old the gate's look at a page may be when its calls begin, real milliseconds: an older one is taken again. */
  pageLookMs: 1_000,
  /** For how long one activity of a wave goes on with page after page, real milliseconds. */
  pagesMs: 20_000,
  /**
   * Audiences that one worker gathers at once, and how long a statement of it may take, real milliseconds: one that takes
   * longer is broken off, and the gathering tried again.
   */
  gathersAtOnce: 3,
  gatherMs: 300_000,
  /** Messages to single customers that pass the gate in one transaction, where so many come at once. */
  gatheredSends: 50,
  /** Calls that one page of a wave makes at once to a provider that takes messages one by one. */
  callsAtOnce: 10,
  /** Messages that a channel may take a second, where operators bound its rate: at least and at most. */
  leastPerSecond: 0.01,
  mostPerSecond: 10_000,
  /** How long an activity waits for its turn on such a channel, real milliseconds: for a later one it comes back. */
  turnMs: 5_000,
  /** How long a page of a wave may take at that rate, real milliseconds: it has as few customers as that makes. */
  pageAtRateMs: 10_000,
  /** A body of codes for a pool, the codes in it, and characters of each. */
  codesBytes: 1_024 * kilobyte,
  codes: 10_000,
  codeLength: 64,
  /** The newest order lines, and looks at products, that recommendations are reckoned from. */
  recommendationRows: 1_000_000,
  /** Messages let go a second, real, of those that waited for a pause. */
  releasedPerSecond: 100,
  /**
   * After how long at most a message that waits for a pause is looked at again, real milliseconds; how many of them a
   * worker looks at a second; and after how long where they are so many that this rate would be passed.
   */
  pausedLookMs: 5_000,
  pausedLooksPerSecond: 100,
  longestPausedLookMs: 60_000,
  /** Regions whose weather is asked for, and what an answer of the feed may take: bytes, and real milliseconds. */
  weatherRegions: 200,
  weatherBytes: 256 * kilobyte,
  weatherMs: 10_000,
  /** Characters of an import's name. */
  importNameLength: 100,
  /** Imports that one process takes at once. */
  importsAtOnce: 2,
  /** A line of an import of products, with its reviews, and the lines of a feed that are committed together. */
  productLineBytes: 256 * kilobyte,
  importWorldLines: 2_000,
  /** Lines, events and bytes of lines that an import commits together. */
  importLines: 500,
  importBytes: 4_096 * kilobyte,
  /**
   * Imported events that wait for routing: an import goes on only while there are fewer, so that what happens live waits
   * behind no more of them.
   */
  importUnrouted: 1_000,
  /** How long an import waits for routing to take any of its events, or for more of its body, real milliseconds. */
  importStallMs: 60_000,
  /** How long an import sent again waits for the one of its name, broken off but still taking what came of it, real milliseconds. */
  importRepeatMs: 15_000,
  /** Refused lines of an import that are kept, and those of them that its answer shows. */
  importRejections: 10_000,
  importRefusalsShown: 100,
  /** How long any other body may take to come, real milliseconds. */
  bodyMs: 300_000,
  /** Exports of customers that one process has under way, and how long one waits for its reader, real milliseconds. */
  exportsAtOnce: 2,
  exportIdleMs: 60_000,
  /** Pages of the shop that one process has a stream open to, and those of them of one visitor. */
  onsiteStreams: 5_000,
  onsiteStreamsPerVisitor: 6,
  /** After how long a stream is ended, so that its page opens another, and how often it says that it is there; real milliseconds. */
  onsiteStreamMs: 180_000,
  onsiteBeatMs: 15_000,
  /** Bytes of a stream that its page has not read: who reads so slowly is cut off. */
  onsiteUnreadBytes: 64 * kilobyte,
  /**
   * How long a visitor counts as there since their stream was last seen, and since they left a page, as they may be on
   * their way to the next; real milliseconds.
   */
  onsiteThereMs: 40_000,
  onsiteLeavingMs: 5_000,
  /** How long nobody is there until a visit is over, and how long a message stays at most; real milliseconds. */
  onsiteVisitMs: 300_000,
  onsiteMessageMs: 1_800_000,
  /** Messages that a visitor's pages are told of at once, the oldest first, and characters of what they say. */
  onsiteMessages: 10,
  onsiteTextLength: 2_000,
  /** Characters of the address of a push service, bytes of what a push says (RFC 8291), browsers of a customer. */
  pushEndpointLength: 2_048,
  pushPayloadBytes: 3_993,
  pushSubscriptions: 10,
  /** A post of SendGrid's event webhook, and the events in it. */
  hookBytes: 5_000 * kilobyte,
  hookEvents: 10_000,
  /**
   * For how long after it was signed a post of SendGrid's is taken: longer than SendGrid goes on trying. What was taken once
   * is known again for longer still.
   */
  hookHours: 48,
  newsDays: 30,
  /** A mail that comes in by SendGrid's inbound parse, with what is attached, and how many of them one process reads at once. */
  inboundMailBytes: 31_000 * kilobyte,
  inboundMailsAtOnce: 3,
  /** Characters of a reply that are kept. */
  replyLength: 2_000,
  /** How long a refused message is kept for the operator. */
  rejectionDays: 14,
  /**
   * For how long an accepted event is kept, and its message id, by which a repetition is known: the 30 days that are
   * promised, and the rest of a season, for whoever asks what happened. What it did is kept for ever.
   */
  eventDays: 90,
  /** Old events that are deleted in one statement, and in a minute. */
  oldEventsAtOnce: 5_000,
  oldEventsAMinute: 100_000,
} as const;

export type Bounds = { readonly [name in keyof typeof bounds]: number };
