import { type RefObject, useEffect, useRef } from 'react';

/** So near its end a reader is taken along, pixels. */
const NEAR = 80;

/** A box that shows its end as it grows, unless its reader has gone back. */
export const useFollowed = (text: string, turns: number): RefObject<HTMLDivElement | null> => {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    const look = (): void => {
      if (!element) return;
      const { scrollHeight, scrollTop, clientHeight } = element;
      isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR;
    };
    element?.addEventListener('scroll', look, { passive: true });
    return () => element?.removeEventListener('scroll', look);
  }, []);
  useEffect(() => {
    isAtEnd.current = true;
  }, [turns]);
  useEffect(() => {
    if (isAtEnd.current && text !== '') box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [text, turns]);
  return box;
};
