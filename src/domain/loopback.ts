const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Whether a host, as it stands in a setting or in a URL, is this machine alone. */
export const isLoopback = (host: string): boolean => loopback.test(host);
