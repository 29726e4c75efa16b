/** Carries a code: who classifies a failure reads codes, whoever made them. */
export class ConnectError extends Error {
  readonly code: 'CONNECT_TIMEOUT' | 'PROXY' | 'PRIVATE_ADDRESS';

  constructor(code: ConnectError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
