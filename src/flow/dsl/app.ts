import type { Path } from '#core/finding.ts';
import type { Json, JsonObject } from '#core/json.ts';
import type { YamlDocument } from '#core/yaml.ts';
import type { Features } from '#flow/dsl/features.ts';

/** How an app runs: it answers in a conversation, or it does something once. */
export type AppMode = 'advanced-chat' | 'workflow';

/** The modes that files know. Those without a workflow run as a small one. */
export type WrittenMode = AppMode | 'chat' | 'agent-chat' | 'completion';

/** A node as the file has it. Its type may be one that nobody here knows. */
export interface DslNode {
  readonly id: string;
  readonly type: string;
  /** Never empty: a node without a title goes by its id. */
  readonly title: string;
  /** The container that the node lives in. */
  readonly parentId?: string;
  readonly data: JsonObject;
  /** Where `data` stands in the file. */
  readonly path: Path;
}

export interface DslEdge {
  readonly source: string;
  readonly target: string;
  readonly sourceHandle: string;
  /** Where the edge stands in the file. */
  readonly path: Path;
}

/** What Dify's importer says of a file's version: read, read though older, or ask first since newer. */
export type Compatibility = 'completed' | 'completed-with-warnings' | 'pending';

export interface AppIcon {
  readonly type: string;
  readonly value: string;
  readonly background: string;
}

export interface ConversationVariable {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

/** An app file, understood as far as it takes to keep it; whether it can run is another question. */
export interface App {
  readonly file: string;
  readonly name: string;
  readonly mode: AppMode;
  /** The mode that the file names. */
  readonly written: WrittenMode;
  readonly description: string;
  readonly icon: AppIcon;
  readonly features: Features;
  readonly conversationVariables: readonly ConversationVariable[];
  /** The DSL's version: `0.4.0`. */
  readonly version: string;
  readonly compatibility: Compatibility;
  readonly nodes: readonly DslNode[];
  readonly edges: readonly DslEdge[];
  /** Environment variables by name. */
  readonly environment: Readonly<Record<string, Json>>;
  /** Values of environment variables that nobody may see. */
  readonly secrets: readonly string[];
  /** First values of the conversation variables by name. */
  readonly conversation: Readonly<Record<string, Json>>;
  /** The file as written, with all that is not understood here: export and error positions need it. */
  readonly document: YamlDocument;
}
