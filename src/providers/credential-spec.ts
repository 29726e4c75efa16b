import type { JsonObject } from '#core/json.ts';

/**
 * What vouches for requests in place of a key, in no vendor's parameters. Each kind is carried out by
 * a file of `upstream/credentials/`; deployments with equal ones share their tokens.
 */
export type CredentialSpec =
  | GoogleCredentialSpec
  | AwsCredentialSpec
  | EntraCredentialSpec
  | CopilotCredentialSpec;

export interface GoogleCredentialSpec {
  readonly kind: 'google';
  /**
   * A key file: its path, or its content. Absent: where Google's own tools look, the file of
   * `gcloud auth application-default login` and then the metadata server.
   */
  readonly key?: string | JsonObject;
}

/** Requests are signed with an account's key, which may have to be fetched. */
export interface AwsCredentialSpec {
  readonly kind: 'aws';
  readonly region: string;
  /** As signatures name it: `bedrock`. */
  readonly service: string;
  readonly key?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /**
   * A section of the account's files; absent, with `key` absent too: where Amazon's own tools look, the
   * environment, its files, and then the container or the machine.
   */
  readonly profile?: string;
  /** Taken on by that key, or by the token. */
  readonly role?: {
    readonly arn: string;
    readonly sessionName?: string;
    readonly externalId?: string;
  };
  /** A token of another identity's that the role trusts: itself, or the path of its file. */
  readonly webIdentityToken?: string;
  /** Of the service that hands out roles, where it is not the region's. */
  readonly stsUrl?: string;
}

/** Tokens of Microsoft's directory. */
export interface EntraCredentialSpec {
  readonly kind: 'entra';
  /** What the token is for. */
  readonly scope: string;
  /** One that is at hand: it is used as it is. */
  readonly token?: string;
  readonly tenant?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** The file of the token that the workload is known by. */
  readonly tokenFile?: string;
  /** `https://login.microsoftonline.com` where absent. */
  readonly authority?: string;
}

/** Tokens of an hour's part, which an account's access token is traded for. */
export interface CopilotCredentialSpec {
  readonly kind: 'copilot';
  /** The access token. Absent: the file in which LiteLLM's login leaves it. */
  readonly key?: string;
  /** Where requests go unless a token says where its account is served. */
  readonly baseUrl: string;
}
