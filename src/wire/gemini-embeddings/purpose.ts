/** Google's words for what vectors are for, and OpenAI-compatible vendors' own. */
const PURPOSES: Readonly<Record<string, string>> = {
  RETRIEVAL_QUERY: 'query',
  RETRIEVAL_DOCUMENT: 'document',
  SEMANTIC_SIMILARITY: 'similarity',
  CLASSIFICATION: 'classification',
  CLUSTERING: 'clustering',
};

/** Vendors write the same in different ways: `search_query`, `passage`. */
const TASKS: Readonly<Record<string, string>> = {
  query: 'RETRIEVAL_QUERY',
  search_query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  search_document: 'RETRIEVAL_DOCUMENT',
  passage: 'RETRIEVAL_DOCUMENT',
  similarity: 'SEMANTIC_SIMILARITY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
};

export const purposeOf = (task: string): string => PURPOSES[task] ?? task;

/** Undefined where Google has no word for it. */
export const taskOf = (purpose: string): string | undefined => {
  if (/^[A-Z_]+$/.test(purpose)) return purpose;
  return Object.hasOwn(TASKS, purpose) ? TASKS[purpose] : undefined;
};
