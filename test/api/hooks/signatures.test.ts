import { expect, test } from 'vitest';
import { assertSigned } from '../../../api/hooks/sendgrid-signature.ts';
import { assertTwilios } from '../../../api/hooks/twilio-signature.ts';
import { AppError } from '../../../src/errors.ts';

/** Of SendGrid's own libraries: the one of `sendgrid-nodejs`, and the one whose body ends in a line break. */
const sendGrid = [
  {
    key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==',
    signature:
      'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=',
    timestamp: '1588788367',
    body: JSON.stringify({ category: 'example_payload', event: 'test_event', message_id: 'message_id' }),
  },
  {
    key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
    signature:
      'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
    timestamp: '1600112502',
    body: `${JSON.stringify([
      {
        email: 'hello@world.com',
        event: 'dropped',
        reason: 'Bounced Address',
        sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
        sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
        'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
        timestamp: 1600112492,
      },
    ])}\r\n`,
  },
];

function isSigned(given: (typeof sendGrid)[number]): boolean {
  const { signature, timestamp, body, key } = given;
  return passes(() =>
    assertSigned({ signature, timestamp }, Buffer.from(body), { name: 'SENDGRID_WEBHOOK_KEY', value: key }),
  );
}

function passes(assert: () => void): boolean {
  try {
    assert();
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'forged') return false;
    throw error;
  }
}

test.each(sendGrid)('a signature that SendGrid publishes, of $timestamp', (given) => {
  expect(isSigned(given)).toBe(true);
  const other = sendGrid.find(({ key }) => key !== given.key)!;
  const changed = [
    { body: `${given.body} ` },
    { body: given.body.slice(0, -2) },
    { timestamp: '1588788368' },
    { key: other.key },
    { signature: other.signature },
    { signature: 'none at all' },
    { signature: '' },
  ];
  for (const change of changed) expect([change, isSigned({ ...given, ...change })]).toEqual([change, false]);
});

test('without a key nothing is verified, and the setting is named', () => {
  const given = { signature: '', timestamp: '1' };
  const key = { name: 'SENDGRID_WEBHOOK_KEY', value: undefined };
  expect(() => assertSigned(given, Buffer.from(''), key)).toThrow('SENDGRID_WEBHOOK_KEY is not set');
});

test('the signature that Twilio publishes, for the address it knows: whatever a proxy made of it', () => {
  const form = {
    ...{ CallSid: 'CA1234567890ABCDE', Caller: '+14158675309', Digits: '1234' },
    ...{ From: '+14158675309', To: '+18005551212' },
  };
  const isTwilios = (over: { path?: string; token?: string; publicUrl?: string | undefined } = {}) => {
    const path = '/myapp.php?foo=1&bar=2';
    const given = { path, token: '12345', publicUrl: 'https://mycompany.com', ...over };
    const headers: Record<string, string> = {
      'X-Twilio-Signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
      host: '10.0.0.7:3000',
    };
    const req = { get: (name: string) => headers[name], protocol: 'http', originalUrl: given.path };
    return passes(() =>
      assertTwilios(req as never, form, {
        ...{ token: given.token, publicUrl: given.publicUrl, signature: headers['X-Twilio-Signature']! },
      }),
    );
  };
  expect(isTwilios()).toBe(true);
  expect(isTwilios({ publicUrl: 'https://mycompany.com/' })).toBe(true);
  expect(isTwilios({ publicUrl: 'https://mycompany.com:443' })).toBe(true);
  expect(isTwilios({ publicUrl: undefined })).toBe(false);
  expect(isTwilios({ publicUrl: 'http://mycompany.com' })).toBe(false);
  expect(isTwilios({ path: '/myapp.php?foo=1&bar=3' })).toBe(false);
  expect(isTwilios({ token: '54321' })).toBe(false);
});
