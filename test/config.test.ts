import { expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';

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
