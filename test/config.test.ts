import { expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { checkToListen, checkToSend } from '../src/check-config.ts';
import { loadConfig, settingNames } from '../src/config.ts';
import { assertLinksWork } from '../src/public-links.ts';

test('e-mail goes out by SendGrid or by SMTP, not by both', () => {
  const SMTP_URL = 'smtps://shop:its-password@mail.example';
  expect(loadConfig({ SMTP_URL }).SMTP_URL).toBe(SMTP_URL);
  expect(loadConfig({ SMTP_URL: '', SENDGRID_API_KEY: 'SG.key' }).SMTP_URL).toBeUndefined();
  expect(() => loadConfig({ SMTP_URL, SENDGRID_API_KEY: 'SG.key' })).toThrow(
    'SMTP_URL=…: SENDGRID_API_KEY is set too, and e-mail goes out by one of them: unset the other',
  );
});

test.each(['mail.example', 'https://shop:its-password@mail.example', 'smtp://'])(
  'SMTP_URL=%s is refused, and what it holds is not repeated',
  (SMTP_URL) => {
    expect(() => loadConfig({ SMTP_URL })).toThrow(/SMTP_URL=…: expected smtps:\/\/user:password@host/);
  },
);

test('the postal address of mails is one line', () => {
  const KAIROS_POSTAL_ADDRESS = 'Kettles & Co, Straße 1, 28195 Bremen';
  expect(loadConfig({ KAIROS_POSTAL_ADDRESS }).KAIROS_POSTAL_ADDRESS).toBe(KAIROS_POSTAL_ADDRESS);
  for (const wrong of ['1 High Street\nSpringfield', '  '])
    expect(() => loadConfig({ KAIROS_POSTAL_ADDRESS: wrong })).toThrow('expected an address on one line');
});

test.each<[Record<string, string>, boolean]>([
  [{}, true],
  [{ SENDGRID_API_KEY: 'SG.key' }, false],
  [{ SENDGRID_API_KEY: 'SG.key', KAIROS_PUBLIC_URL: 'http://shop.example' }, false],
  [{ SENDGRID_API_KEY: 'SG.key', KAIROS_PUBLIC_URL: 'https://127.0.0.1:3000' }, false],
  [{ SENDGRID_API_KEY: 'SG.key', KAIROS_PUBLIC_URL: 'https://shop.example' }, true],
  [{ SMTP_URL: 'smtps://mail.example' }, false],
  [{ SMTP_URL: 'smtp://127.0.0.1:1025' }, true],
])('mails that reach people carry a link that works: %j, %s', (env, isRight) => {
  const start = () => assertLinksWork(loadConfig(env));
  if (isRight) expect(start).not.toThrow();
  else expect(start).toThrow(/KAIROS_PUBLIC_URL .*Set it to the https:\/\/ URL/);
});

test('keys are two, and such as HTTP Basic carries', () => {
  expect(() => loadConfig({ KAIROS_WRITE_KEY: 'same', KAIROS_ADMIN_KEY: 'same' })).toThrow(
    'KAIROS_ADMIN_KEY=…: KAIROS_WRITE_KEY is the same',
  );
  for (const name of ['KAIROS_WRITE_KEY', 'KAIROS_ADMIN_KEY'])
    expect(() => loadConfig({ [name]: 'a:b' })).toThrow('expected a key without ":"');
});

test('the currency is one of ISO 4217', () => {
  expect(loadConfig({ KAIROS_CURRENCY: 'JPY' }).KAIROS_CURRENCY).toBe('JPY');
  for (const wrong of ['EURO', 'eur', 'ZZZ'])
    expect(() => loadConfig({ KAIROS_CURRENCY: wrong })).toThrow('expected a currency of ISO 4217');
});

test.each([
  ['PORT', '3000.5', 'expected a whole number from 0 to 65535'],
  ['KAIROS_CLOCK_SPEED', '0', 'expected a whole number from 1 to 3600'],
  ['KAIROS_LOG_LEVEL', 'loud', 'expected one of fatal, error, warn, info, debug, silent'],
  ['DATABASE_URL', 'mysql://shop', 'expected postgres://user:password@host:port/database'],
  ['KAIROS_PUBLIC_URL', 'localhost:3000', 'expected a URL with http:// or https://'],
  ['TEMPORAL_UI_URL', 'temporal', 'expected a URL with http:// or https://'],
])('%s=%s is refused in words', (name, value, words) => {
  expect(() => loadConfig({ [name]: value })).toThrow(words);
});

test('who listens where others reach it has keys of its own', () => {
  const keys = { KAIROS_WRITE_KEY: 'w', KAIROS_ADMIN_KEY: 'a' };
  for (const HOST of ['127.0.0.1', 'localhost', '::1', '127.0.0.2'])
    expect(() => checkToListen(loadConfig({ HOST }))).not.toThrow();
  for (const HOST of ['0.0.0.0', '::', '10.0.0.7']) {
    expect(() => checkToListen(loadConfig({ HOST, ...keys }))).not.toThrow();
    expect(() => checkToListen(loadConfig({ HOST, KAIROS_WRITE_KEY: 'w' }))).toThrow(
      'Set KAIROS_ADMIN_KEY to secrets',
    );
  }
});

test('half a set of Twilio’s settings is refused', () => {
  const given = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 't' };
  expect(() => checkToSend(loadConfig(given))).toThrow('set TWILIO_MESSAGING_SERVICE_SID too');
  for (const whole of [{}, { ...given, TWILIO_MESSAGING_SERVICE_SID: 'MG1' }])
    expect(() => checkToSend(loadConfig(whole))).not.toThrow();
});

test('.env.example and the README have every setting, and no other', async () => {
  const example = await readFile('.env.example', 'utf8');
  const compose = await readFile('docker-compose.yml', 'utf8');
  const ofStart = ['KAIROS_SANDBOX_URL', 'KAIROS_SANDBOX_KEY'];
  const ours = settingNames.filter((name) => !ofStart.includes(name));
  const asked = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name!);
  const shown = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name!);
  expect(shown.toSorted()).toEqual([...new Set([...ours, ...asked])].toSorted());
  const required = [...compose.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name!);
  const uncommented = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name!);
  expect(uncommented.toSorted()).toEqual([...new Set(required)].toSorted());
  const readme = await readFile('README.md', 'utf8');
  for (const name of ours) expect(readme).toContain(`\`${name}\``);
});
