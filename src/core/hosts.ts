/** Whether a host name or address names this machine and nothing else. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  host === '::1' ||
  host === '[::1]' ||
  /^127(?:\.\d{1,3}){3}$/.test(host);
