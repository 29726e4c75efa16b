import type { AwsCredentialSpec } from '#providers/credential-spec.ts';
import { type SigningKey, signV4 } from '#wire/sigv4.ts';
import type { CredentialSources } from '#upstream/credential-sources.ts';
import type { AuthHeaders, Credentials, Outgoing } from '#upstream/credentials.ts';
import { signingKey } from '#upstream/credentials/aws-key.ts';
import { Renewal } from '#upstream/renewal.ts';

/** Signs each request with a key that is given, or fetched and kept fresh. */
export const awsCredentials = (
  spec: AwsCredentialSpec,
  sources: CredentialSources,
): Credentials => {
  const { clock, log } = sources;
  const { region, service, key, role, webIdentityToken } = spec;
  const sign = (request: Outgoing, by: SigningKey): AuthHeaders => {
    const { method, origin, path, body } = request;
    const type = request.headers['content-type'];
    const headers = type === undefined ? {} : { 'content-type': type };
    const { host } = new URL(origin);
    const scope = { region, service, wallMs: clock.wall() };
    return signV4({ method, host, path, headers, body }, by, scope);
  };
  if (key && !role && webIdentityToken === undefined)
    return { headersFor: (request) => sign(request, key), start() {}, close() {} };
  const renewal = new Renewal<SigningKey>({
    clock,
    log,
    what: 'AWS signing key',
    fetch: (signal) => signingKey(spec, sources, signal),
  });
  return {
    headersFor(request) {
      const found = renewal.get();
      if (!(found instanceof Promise)) return sign(request, found);
      return found.then((fetched) => sign(request, fetched));
    },
    start: () => renewal.start(),
    close: () => renewal.close(),
  };
};
