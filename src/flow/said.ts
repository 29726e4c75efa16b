/** Every sentence that is said of an app by the checks before a run, by the word for it. */
export type SaidCode =
  | 'id_taken'
  | 'id_reserved'
  | 'edge_loose'
  | 'cycle'
  | 'no_start'
  | 'no_answer'
  | 'answer_unreachable'
  | 'type_unknown'
  | KeptCode
  | 'field_wrong'
  | 'field_unsupported'
  | 'model_unserved'
  | 'datasets'
  | 'secret_empty'
  | 'tool_missing'
  | 'module_missing'
  | FeatureCode
  | 'other';

/** Why a type of nodes is kept and not run. */
export type KeptCode =
  | 'kept_retrieval'
  | 'kept_index'
  | 'kept_datasource'
  | 'kept_human_input'
  | 'kept_trigger';

/** What an app offers elsewhere and not here. */
export type FeatureCode =
  | 'no_speech_to_text'
  | 'no_text_to_speech'
  | 'no_moderation'
  | 'no_annotations';

/** A sentence for those who say it in another language: which one, and what is filled into it. */
export interface FlowSaid {
  readonly code: SaidCode;
  readonly with: Readonly<Record<string, string | number>>;
}
