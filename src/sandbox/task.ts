import type { ErrorCode } from '#core/errors.ts';
import type { JinjaJob } from '#flow/ports.ts';
import type { DocumentJob } from '#sandbox/documents.ts';
import type { CodeOutcome, JavascriptJob } from '#sandbox/javascript.ts';

/** Of what a program returns, as JSON, characters: looked at where it is before it is copied out of there. */
export const LONGEST_OUTPUT = 4 * 1024 * 1024;
export const RETURNED_TOO_MUCH = {
  error: 'The code returned more than 4 MB.',
  kind: 'memory',
} as const satisfies CodeOutcome;

/** What a thread is asked to do. */
export type Task =
  | {
      readonly kind: 'javascript';
      readonly job: JavascriptJob;
      readonly mayAsk: boolean;
    }
  | { readonly kind: 'jinja'; readonly job: JinjaJob }
  | { readonly kind: 'document'; readonly job: DocumentJob };

/** It asks the network, and waits to be told. */
export interface Asked {
  readonly kind: 'ask';
  readonly id: number;
  readonly text: string;
}

/** What the network answered. */
export interface Told {
  readonly kind: 'told';
  readonly id: number;
  readonly text: string;
}

/** What came of it. */
export type Done =
  | { readonly kind: 'code'; readonly outcome: CodeOutcome }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };
