import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { bounds } from './domain/bounds.ts';
import { isCurrency } from './domain/money.ts';
import type { WeatherRegion } from './domain/weather.ts';
import { StartError } from './errors.ts';

/** Characters: it stands at the end of every mail. */
const longestPostalAddress = 300;

const verificationKey =
  'expected the verification key that SendGrid shows: a public key of the curve P-256 as base64';

/** HTTP Basic ends the user name, which a key comes as, at the colon. */
const keyError = 'expected a key without ":", which HTTP Basic cannot carry';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;

/** `localhost:3000` would be a URL too, of the scheme `localhost`. */
const webUrl = z.url({
  protocol: /^https?$/,
  error: 'expected a URL with http:// or https://, such as https://kairos.shop.example',
});

/** A whole number from `least` to `most`, as an environment has it. */
function wholeNumber(least: number, most: number) {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.coerce.number(error).int(error).min(least, error).max(most, error);
}

/**
 * The environment, parsed once. Every setting that Kairos knows is named here and in the README.
 * What is missing is embedded by `npm start`: PostgreSQL, Temporal, the sandbox provider.
 */
const variables = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  KAIROS_HOME: z.string().default('.kairos'),
  KAIROS_PUBLIC_URL: webUrl.optional(),
  /** The Kairos that `npm run replay` posts to, where it is not this machine's. */
  KAIROS_URL: webUrl.optional(),
  KAIROS_WRITE_KEY: z
    .string()
    .regex(/^[^:]+$/, keyError)
    .default('dev-write-key'),
  KAIROS_ADMIN_KEY: z
    .string()
    .regex(/^[^:]+$/, keyError)
    .default('dev-admin-key'),
  KAIROS_CURRENCY: z
    .string()
    .refine(
      (code) => /^[A-Z]{3}$/.test(code) && isCurrency(code),
      'expected a currency of ISO 4217, such as EUR',
    )
    .default('USD'),
  KAIROS_CLOCK_SPEED: wholeNumber(1, 3_600).optional(),
  KAIROS_LOG_LEVEL: z.enum(logLevels, `expected one of ${logLevels.join(', ')}`).default('info'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected postgres://user:password@host:port/database')
    .optional(),
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_UI_URL: webUrl.optional(),
  SENDGRID_API_KEY: z.string().optional(),
  /** Sends e-mail through any mail server, in the place of SendGrid: `smtps://user:password@host`. */
  SMTP_URL: z
    .string()
    .refine(isSmtpUrl, {
      error: 'expected smtps://user:password@host, or smtp:// for a server with STARTTLS',
    })
    .optional(),
  /** What SendGrid's event webhook, and its inbound parse, are verified with: the public key that SendGrid shows, base64. */
  SENDGRID_WEBHOOK_KEY: z.string().refine(isPublicKey, verificationKey).optional(),
  SENDGRID_INBOUND_KEY: z.string().refine(isPublicKey, verificationKey).optional(),
  KAIROS_EMAIL_FROM: z.string().default('Kairos <hello@kairos.example>'),
  /** The sender's postal address, on one line: at the end of every mail, as some laws have it (CAN-SPAM). */
  KAIROS_POSTAL_ADDRESS: z
    .string()
    .regex(
      /^[^\p{Cc}]*\S[^\p{Cc}]*$/u,
      'expected an address on one line: The shop, 1 High Street, Springfield',
    )
    .max(longestPostalAddress)
    .optional(),
  TWILIO_ACCOUNT_SID: z.string().optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_MESSAGING_SERVICE_SID: z.string().optional(),
  /** Kairos's key for push services, a pair; `npm start` makes one and keeps it where none is given. */
  VAPID_PUBLIC_KEY: z.string().optional(),
  VAPID_PRIVATE_KEY: z.string().optional(),
  /** Whom push services may write to; the address of `KAIROS_EMAIL_FROM` unless told. */
  VAPID_SUBJECT: z
    .string()
    .regex(/^(mailto:|https:\/\/)/, 'expected mailto: or https:, as RFC 8292 has it')
    .optional(),
  /** Where the channel `webhook` posts, and what it signs with. */
  KAIROS_WEBHOOK_URL: webUrl.optional(),
  KAIROS_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'expected whsec_ and 24 to 64 bytes as base64')
    .optional(),
  /** Whose weather is asked for, as JSON: `[{"region":"bremen","latitude":53.08,"longitude":8.8}]`; nobody's unless set. */
  WEATHER_REGIONS: z.string().transform(readRegions).optional(),
  /** Where a feed in the format of Open-Meteo is. */
  WEATHER_URL: webUrl.default('https://api.open-meteo.com'),
  /** Set by `npm start` for its children: where the sandbox provider listens. */
  KAIROS_SANDBOX_URL: webUrl.optional(),
  /** Likewise, for the sandbox provider: what it signs with where it calls back as SendGrid does, a private key as base64. */
  KAIROS_SANDBOX_KEY: z.string().optional(),
});

const schema = variables
  .refine(({ SENDGRID_API_KEY, SMTP_URL }) => !SENDGRID_API_KEY || !SMTP_URL, {
    path: ['SMTP_URL'],
    error: 'SENDGRID_API_KEY is set too, and e-mail goes out by one of them: unset the other',
  })
  .refine(({ KAIROS_WRITE_KEY, KAIROS_ADMIN_KEY }) => KAIROS_WRITE_KEY !== KAIROS_ADMIN_KEY, {
    path: ['KAIROS_ADMIN_KEY'],
    error: 'KAIROS_WRITE_KEY is the same, and that one is no secret: set them to two',
  });

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(variables.shape);

export type Config = z.infer<typeof schema>;

/** What a terminal or a log must not show. */
const secrets = [
  'DATABASE_URL',
  'SMTP_URL',
  'SENDGRID_API_KEY',
  'TWILIO_AUTH_TOKEN',
  'KAIROS_ADMIN_KEY',
  'KAIROS_SANDBOX_KEY',
];

/** The settings in an environment. @throws StartError that names each wrong setting, what came and what was expected. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const came = secrets.includes(name) ? '…' : JSON.stringify(env[name]);
    return `  ${name}=${came}: ${issue.message}`;
  });
  throw new StartError(`These settings cannot be used:\n${lines.join('\n')}`);
}

function isSmtpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return ['smtp:', 'smtps:'].includes(protocol) && hostname !== '';
}

function isPublicKey(text: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    // Not a key, or of another form.
    return false;
  }
}

const regionsSchema = z
  .array(
    z.strictObject({
      region: z.string().min(1).max(bounds.idLength),
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
    }),
  )
  .max(bounds.weatherRegions)
  .refine((all) => new Set(all.map(({ region }) => region)).size === all.length, {
    error: 'a region is there twice',
  });

function readRegions(text: string, context: z.RefinementCtx): WeatherRegion[] {
  const expected = 'expected a list such as [{"region":"bremen","latitude":53.08,"longitude":8.8}]';
  try {
    const parsed = regionsSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const { path, message } = parsed.error.issues[0]!;
    context.addIssue(`${expected}; ${[...path, message].join(': ')}`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    context.addIssue(`${expected}; it is no JSON`);
  }
  return z.NEVER;
}
