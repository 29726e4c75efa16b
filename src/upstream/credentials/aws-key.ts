import { readFile } from 'node:fs/promises';
import type { AwsCredentialSpec } from '#providers/credential-spec.ts';
import type { SigningKey } from '#wire/sigv4.ts';
import type { CredentialSources } from '#upstream/credential-sources.ts';
import { keyOfContainer, keyOfMachine } from '#upstream/credentials/aws-machine.ts';
import { type Profile, readProfile } from '#upstream/credentials/aws-profile.ts';
import { type Sts, assumeRole, roleOfIdentity } from '#upstream/credentials/aws-sts.ts';
import type { Grant } from '#upstream/renewal.ts';

/** A file may be written anew at any time: what it says is believed for so long, ms. */
const FILE_MS = 900_000;
/** Profiles may name each other as the source of their key. */
const MOST_PROFILES = 5;

const SESSION_NAME = 'spillway';

/** The key that requests are signed with. Rejects with an Error that shows no secret. */
export const signingKey = (
  spec: AwsCredentialSpec,
  sources: CredentialSources,
  signal: AbortSignal,
): Promise<Grant<SigningKey>> => {
  const chain = new Chain(spec, sources, signal);
  return chain.key();
};

class Chain {
  readonly #spec: AwsCredentialSpec;
  readonly #sources: CredentialSources;
  readonly #signal: AbortSignal;
  readonly #sts: Sts;

  constructor(spec: AwsCredentialSpec, sources: CredentialSources, signal: AbortSignal) {
    this.#spec = spec;
    this.#sources = sources;
    this.#signal = signal;
    const url = spec.stsUrl ?? `https://sts.${spec.region}.${domainOf(spec.region)}`;
    this.#sts = { url, region: spec.region, sources, signal };
  }

  async key(): Promise<Grant<SigningKey>> {
    const { role, webIdentityToken } = this.#spec;
    if (!role) return this.#base();
    const named = { sessionName: SESSION_NAME, ...role };
    if (webIdentityToken !== undefined)
      return roleOfIdentity(named, await tokenOf(webIdentityToken), this.#sts);
    const { value } = await this.#base();
    return assumeRole(named, value, this.#sts);
  }

  /** What there is without a role that the config names. */
  #base(): Promise<Grant<SigningKey>> {
    const { key, profile } = this.#spec;
    if (key) return Promise.resolve({ value: key, forMs: FILE_MS });
    if (profile !== undefined) return this.#ofProfile(profile);
    return this.#ambient();
  }

  /** In the order of Amazon's own tools. */
  async #ambient(): Promise<Grant<SigningKey>> {
    const { variables } = this.#sources;
    const found = this.#inEnvironment();
    if (found) return { value: found, forMs: FILE_MS };
    const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: arn } = variables;
    if (file && arn) {
      const sessionName = variables['AWS_ROLE_SESSION_NAME'] || SESSION_NAME;
      return roleOfIdentity({ arn, sessionName }, await readToken(file), this.#sts);
    }
    const name = variables['AWS_PROFILE'] || variables['AWS_DEFAULT_PROFILE'];
    if (name) return this.#ofProfile(name);
    const profile = await readProfile('default', variables);
    if (profile && isUsable(profile)) return this.#by(profile, [profile.name]);
    return this.#ofContainer() ?? keyOfMachine(this.#sources, this.#signal);
  }

  #inEnvironment(): SigningKey | undefined {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = this.#sources.variables;
    if (!accessKeyId || !secretAccessKey) return undefined;
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  }

  #ofContainer(): Promise<Grant<SigningKey>> | undefined {
    const { variables } = this.#sources;
    const isContainer =
      variables['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] ||
      variables['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
    return isContainer ? keyOfContainer(this.#sources, this.#signal) : undefined;
  }

  async #ofProfile(name: string, before: readonly string[] = []): Promise<Grant<SigningKey>> {
    const profile = await readProfile(name, this.#sources.variables);
    if (!profile) throw new Error(`the files of AWS have no profile ${name}`);
    if (before.includes(name) && !profile.accessKeyId)
      throw new Error(`the profiles ${before.join(', ')} name each other as their source`);
    if (before.length >= MOST_PROFILES)
      throw new Error(`more than ${MOST_PROFILES} profiles name each other as their source`);
    return this.#by(profile, [...before, name]);
  }

  async #by(profile: Profile, before: readonly string[]): Promise<Grant<SigningKey>> {
    const { accessKeyId, secretAccessKey, sessionToken, roleArn, sourceProfile } = profile;
    const isItself = sourceProfile === profile.name && before.length > 1;
    if (roleArn !== undefined && !isItself) return this.#roleOf(profile, roleArn, before);
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
      const value = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
      return { value, forMs: FILE_MS };
    }
    throw new Error(
      `the profile ${profile.name} has neither a key nor a role; other kinds (credential_process, sso_…) are not read: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN from them`,
    );
  }

  async #roleOf(
    profile: Profile,
    arn: string,
    before: readonly string[],
  ): Promise<Grant<SigningKey>> {
    const { externalId, sessionName = SESSION_NAME, tokenFile, sourceProfile } = profile;
    const role = { arn, sessionName, ...(externalId !== undefined && { externalId }) };
    if (tokenFile !== undefined) return roleOfIdentity(role, await readToken(tokenFile), this.#sts);
    const source =
      sourceProfile === undefined
        ? await this.#sourceNamed(profile)
        : await this.#ofProfile(sourceProfile, before);
    return assumeRole(role, source.value, this.#sts);
  }

  async #sourceNamed({ name, credentialSource }: Profile): Promise<Grant<SigningKey>> {
    if (credentialSource === 'Ec2InstanceMetadata')
      return keyOfMachine(this.#sources, this.#signal);
    if (credentialSource === 'EcsContainer') return keyOfContainer(this.#sources, this.#signal);
    const value = credentialSource === 'Environment' ? this.#inEnvironment() : undefined;
    if (value) return { value, forMs: FILE_MS };
    throw new Error(
      `the profile ${name} has a role and nobody to take it on; write source_profile or credential_source`,
    );
  }
}

const isUsable = ({ accessKeyId, roleArn }: Profile): boolean =>
  accessKeyId !== undefined || roleArn !== undefined;

const domainOf = (region: string): string =>
  region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';

/** A token is three parts with dots between and has no slash; everything else is a path. */
const tokenOf = (said: string): Promise<string> | string =>
  /^[\w-]+\.[\w-]+\.[\w-]+$/.test(said) ? said : readToken(said);

const readToken = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be read (${cause.code ?? 'unknown reason'})`, { cause });
  });
  return text.trim();
};
