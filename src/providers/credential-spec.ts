import type { JsonObject } from '#core/json.ts';

/**
 * What vouches for requests in place of a key, in no vendor's parameters. Each kind is carried out by
 * a file of `upstream/credentials/`; deployments with equal ones share their tokens.
 */
export type CredentialSpec = GoogleCredentialSpec;

export interface GoogleCredentialSpec {
  readonly kind: 'google';
  /**
   * A key file: its path, or its content. Absent: where Google's own tools look, the file of
   * `gcloud auth application-default login` and then the metadata server.
   */
  readonly key?: string | JsonObject;
}
