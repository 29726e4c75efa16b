import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext, getCACertificates } from 'node:tls';
import { SpillwayError } from '#core/errors.ts';

export interface TlsOptions {
  /** PEM; trusted besides the authorities that Node trusts anyway. */
  readonly caFile?: string;
  readonly verify: boolean;
}

export type TlsTrust = Pick<ConnectionOptions, 'rejectUnauthorized' | 'secureContext'>;

/**
 * How a socket checks its peer. The context is made once: reading all authorities anew for each
 * connection would hold the loop for some 30 ms.
 * Throws SpillwayError `config_invalid` when the file cannot be read or holds no certificate.
 */
export const tlsTrust = ({ caFile, verify }: TlsOptions): TlsTrust => {
  if (caFile === undefined) return { rejectUnauthorized: verify };
  const ca = [...getCACertificates('default'), readAuthorities(caFile)];
  return { rejectUnauthorized: verify, secureContext: createSecureContext({ ca }) };
};

const readAuthorities = (file: string): Buffer => {
  try {
    const pem = readFileSync(file);
    // A context takes any bytes in silence: here it shows when they are no certificate.
    void new X509Certificate(pem).subject;
    return pem;
  } catch (cause) {
    const { code = 'unknown reason' } = cause as NodeJS.ErrnoException;
    const what = code.startsWith('ERR_OSSL')
      ? 'holds no certificate in PEM form'
      : `cannot be read (${code})`;
    throw new SpillwayError('config_invalid', `${file} ${what}; ${REMEDY}`, { cause });
  }
};

const REMEDY =
  'see litellm_settings.ssl_verify of the config, SSL_CERT_FILE and REQUESTS_CA_BUNDLE of the environment.';
