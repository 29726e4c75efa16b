import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A section of the files that Amazon's own tools keep. */
export interface Profile {
  readonly name: string;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly sourceProfile?: string | undefined;
  readonly credentialSource?: string | undefined;
  readonly externalId?: string | undefined;
  readonly sessionName?: string | undefined;
  readonly tokenFile?: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Undefined where neither file has it. What the file of keys says goes before what the other says. */
export const readProfile = async (
  name: string,
  variables: Variables,
): Promise<Profile | undefined> => {
  const folder = join(variables['HOME'] || variables['USERPROFILE'] || '', '.aws');
  const [config, keys] = await Promise.all([
    textOf(variables['AWS_CONFIG_FILE'] || join(folder, 'config')),
    textOf(variables['AWS_SHARED_CREDENTIALS_FILE'] || join(folder, 'credentials')),
  ]);
  const settings = new Map([
    ...(sectionOf(config, [`profile ${name}`, ...(name === 'default' ? [name] : [])]) ?? []),
    ...(sectionOf(keys, [name]) ?? []),
  ]);
  if (settings.size === 0) return undefined;
  return {
    name,
    accessKeyId: settings.get('aws_access_key_id'),
    secretAccessKey: settings.get('aws_secret_access_key'),
    sessionToken: settings.get('aws_session_token'),
    roleArn: settings.get('role_arn'),
    sourceProfile: settings.get('source_profile'),
    credentialSource: settings.get('credential_source'),
    externalId: settings.get('external_id'),
    sessionName: settings.get('role_session_name'),
    tokenFile: settings.get('web_identity_token_file'),
  };
};

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/** The settings of the first section with one of these names; lines that begin with a space belong to a setting. */
const sectionOf = (
  text: string,
  names: readonly string[],
): ReadonlyMap<string, string> | undefined => {
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) {
      if (current) return current;
      if (names.includes(header.replaceAll(/\s+/g, ' '))) current = new Map();
      continue;
    }
    const [, key, value] = /^(\w+)\s*=\s*(.*?)\s*(?:\s[#;].*)?$/.exec(line) ?? [];
    if (current && key !== undefined && value) current.set(key.toLowerCase(), value);
  }
  return current;
};
