import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { defaultHighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { oneDarkish } from './editor-theme.ts';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { ConfigFinding } from '#gateway/console/shapes.ts';

interface YamlEditorProps {
  readonly value: string;
  readonly findings: readonly ConfigFinding[];
  readonly label: string;
  readonly onChange: (text: string) => void;
}

/** Escape, then Tab, leaves it: Tab alone is never caught. */
export const YamlEditor = ({ value, findings, label, onChange }: YamlEditorProps) => {
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const isDark = useComputedColorScheme('light') === 'dark';
  const told = useRef(onChange);
  told.current = onChange;
  const text = useRef(value);
  text.current = value;
  useEffect(() => {
    const state = EditorState.create({
      doc: text.current,
      extensions: [
        lineNumbers(),
        history(),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        yaml(),
        syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
        ...(isDark ? [oneDarkish] : []),
        lintGutter(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.theme({
          '&': { fontSize: '12.5px', maxHeight: '62vh' },
          '.cm-scroller': { overflow: 'auto', fontFamily: 'var(--mantine-font-family-monospace)' },
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) told.current(update.state.doc.toString());
        }),
      ],
    });
    const made = new EditorView({ state, parent: holder.current! });
    view.current = made;
    return () => made.destroy();
  }, [label, isDark]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    editor.dispatch(
      setDiagnostics(
        editor.state,
        findings.flatMap((one) => marked(editor.state, one)),
      ),
    );
  }, [findings, isDark]);
  return (
    <div
      ref={holder}
      style={{ border: '1px solid var(--line)', borderRadius: 6, overflow: 'hidden' }}
    />
  );
};

const marked = (state: EditorState, one: ConfigFinding): Diagnostic[] => {
  if (one.line < 1 || one.line > state.doc.lines) return [];
  const line = state.doc.line(one.line);
  const from = Math.min(line.to, line.from + Math.max(0, one.column - 1));
  const severity = one.severity === 'error' ? 'error' : 'warning';
  return [{ from, to: line.to, severity, message: one.message }];
};
