import { type Moderation, moderationOf } from '#flow/moderation.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';

/** What an app offers around its flow, under the names of its file. */
export interface Features {
  readonly openingStatement: string;
  readonly suggestedQuestions: readonly string[];
  readonly suggestsAfterAnswer: boolean;
  readonly fileUpload: JsonObject;
  readonly moderation?: Moderation;
  /** As the file has them: for those who show them, and for export. */
  readonly written: JsonObject;
}

/** The features of a workflow stand together; those of an app without one stand beside its model. */
export const featuresOf = (written: JsonObject): Features => {
  const opening = own(written, 'opening_statement');
  const questions = own(written, 'suggested_questions');
  const upload = own(written, 'file_upload');
  const moderation = moderationOf(own(written, 'sensitive_word_avoidance'));
  return {
    openingStatement: typeof opening === 'string' ? opening : '',
    suggestedQuestions: (Array.isArray(questions) ? questions : []).filter(
      (question) => typeof question === 'string',
    ),
    suggestsAfterAnswer: isOn(own(written, 'suggested_questions_after_answer')),
    fileUpload: isObject(upload) ? upload : {},
    ...(moderation && { moderation }),
    written,
  };
};

const isOn = (feature: Json | undefined): boolean =>
  isObject(feature) && own(feature, 'enabled') === true;
