import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Colours of the dark theme that can be read on its panels. */
export const oneDarkish = [
  EditorView.theme(
    {
      '&': { color: '#d5dde3', backgroundColor: '#16191c' },
      '.cm-gutters': { backgroundColor: '#1b2024', color: '#9aa7b0', border: 'none' },
      '.cm-cursor': { borderLeftColor: '#d5dde3' },
      '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
        backgroundColor: '#2a4a5a',
      },
    },
    { dark: true },
  ),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: '#7cc7e8' },
      { tag: [tags.string, tags.special(tags.string)], color: '#a8d49a' },
      { tag: [tags.number, tags.bool, tags.null], color: '#e8b87c' },
      { tag: tags.comment, color: '#93a0a9' },
    ]),
  ),
];
