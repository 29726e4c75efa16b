import type { YAMLParseError } from 'yaml';

/**
 * A syntax error in words for people who do not know YAML's grammar. Never the library's own text
 * where that could quote the file: what does not parse may be a key.
 */
export const explainSyntax = ({ code, message }: YAMLParseError): string => {
  if (code === 'MISSING_CHAR')
    return FIXED_TEXTS.find(([part]) => message.includes(part))?.[1] ?? 'a character is missing';
  return SENTENCES[code] ?? UNREADABLE;
};

export const isUnclosedQuote = ({ code, message }: YAMLParseError): boolean =>
  code === 'MISSING_CHAR' && message.includes('Missing closing');

const UNREADABLE = 'this cannot be read; look for a missing colon, quote or line break before it';

const FIXED_TEXTS: readonly (readonly [string, string])[] = [
  ['Missing closing', 'a quote is opened and never closed'],
  ['Implicit map keys', 'a key needs a colon and a space after it: "key: value"'],
  ['Sequence item', 'an item of this list has no "- " in front'],
  ['Missing ,', 'a comma is missing between the items'],
  ['Missing space after :', 'a space is missing after the colon'],
  ['Comments must', 'a space is missing before the #'],
  ['Tags and anchors', 'a space is missing after the tag or anchor'],
  ['end', 'a closing bracket or brace is missing'],
];

const SENTENCES: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
  ALIAS_PROPS: 'an alias (*name) cannot have an anchor or a tag of its own',
  BAD_ALIAS: 'this anchor or alias has no usable name',
  BAD_COLLECTION_TYPE: 'the tag does not fit what it stands before',
  BAD_DIRECTIVE: 'this directive (%) cannot be read; remove the line',
  BAD_DQ_ESCAPE: 'this backslash sequence is not known; write \\\\ or use single quotes',
  BAD_INDENT: 'the indentation does not fit the lines around it',
  BAD_PROP_ORDER: 'the anchor or tag belongs after the - or the key, before the value',
  BAD_SCALAR_START: 'a text cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a second "key: value" cannot follow on the same line; quote the text if it contains a colon',
  BLOCK_IN_FLOW: 'inside [ ] and { } everything is written with commas, not with indentation',
  KEY_OVER_1024_CHARS: 'this key is longer than 1024 characters',
  MULTILINE_IMPLICIT_KEY: 'a key cannot run over several lines',
  MULTIPLE_ANCHORS: 'a value can have one anchor only',
  MULTIPLE_TAGS: 'a value can have one tag only',
  RESOURCE_EXHAUSTION: 'the file nests too deep',
  TAB_AS_INDENT: 'tabs cannot indent YAML; use spaces',
  TAG_RESOLVE_FAILED: 'this tag is not known',
};
