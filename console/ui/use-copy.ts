import { useEffect, useRef, useState } from 'react';

export interface Copying {
  readonly copy: (text: string) => void;
  /** Said for a moment. */
  readonly state: 'ready' | 'done' | 'failed';
}

const SAID_MS = 2_000;

export const useCopy = (): Copying => {
  const [state, setState] = useState<Copying['state']>('ready');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const say = (next: Copying['state']): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState('ready'), SAID_MS);
    setState(next);
  };
  const copy = (text: string): void => {
    copyText(text).then(
      () => say('done'),
      () => say('failed'),
    );
  };
  return { copy, state };
};

/** Rejects where the browser lets nothing be copied. */
const copyText = async (text: string): Promise<void> => {
  // Browsers offer this to HTTPS and to the same machine alone, not to http://gateway:4000.
  if ('clipboard' in navigator) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  document.body.append(field);
  field.select();
  // oxlint-disable-next-line typescript/no-deprecated -- there is no other way without HTTPS
  const isDone = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!isDone) throw new Error('copying is refused');
};
