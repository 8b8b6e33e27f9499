/** The channels that a customer may consent to or refuse, whether or not Kairos sends by them yet. */
export const consentChannels = ['email', 'sms', 'whatsapp', 'push', 'onsite', 'webhook'] as const;
export type ConsentChannel = (typeof consentChannels)[number];
