import { type JsonObject, own } from '#core/json.ts';
import { signingKey } from '#upstream/credentials/aws-key.ts';
import { type Asking, field } from '#upstream/credentials/google-grant.ts';
import { signV4 } from '#wire/sigv4.ts';

/** Who a key of Amazon's belongs to, asked in its region. */
const VERIFICATION_URL =
  'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15';

/**
 * A question to Amazon, signed and not sent, by which Google finds out who asks: an account of Amazon's
 * as the identity of a workload.
 */
export const signedQuestion = async (
  key: JsonObject,
  source: JsonObject,
  { sources, signal }: Asking,
): Promise<string> => {
  const { AWS_REGION: region = sources.variables['AWS_DEFAULT_REGION'] } = sources.variables;
  if (!region || !/^[a-z0-9-]{1,40}$/.test(region))
    throw new Error('the region of its account is not known; set AWS_REGION');
  const spec = { kind: 'aws', region, service: 'sts' } as const;
  const { value: by } = await signingKey(spec, sources, signal);
  const said = own(source, 'regional_cred_verification_url');
  const template = typeof said === 'string' ? said : VERIFICATION_URL;
  const url = URL.parse(template.replaceAll('{region}', region));
  if (!url) throw new Error("its credential_source's regional_cred_verification_url is no URL");
  const { host, pathname, search } = url;
  const headers = { 'x-goog-cloud-target-resource': field(key, 'audience') };
  const unsigned = { method: 'POST', host, path: `${pathname}${search}`, headers, body: '' };
  const scope = { region, service: 'sts', wallMs: sources.clock.wall() };
  const signed = { host, ...headers, ...signV4(unsigned, by, scope) };
  const question = {
    url: url.href,
    method: 'POST',
    headers: Object.entries(signed).map(([name, value]) => ({ key: name, value })),
  };
  return encodeURIComponent(JSON.stringify(question));
};
