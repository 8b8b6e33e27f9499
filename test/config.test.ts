import { expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
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
