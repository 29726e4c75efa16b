import type { AppRow } from '#gateway/console/app-shapes.ts';
import { canDraw } from '../../ui/can-draw.ts';

const firstOf = (text: string): string => {
  const [first] = new Intl.Segmenter().segment(text);
  return first?.segment ?? '';
};

/** An app's picture: one sign on its colour, whatever its file says; the first of its name without it. */
export const AppIcon = ({ app, size = 36 }: { app: AppRow; size?: number }) => {
  const { type, value, background } = app.icon;
  const emoji = type === 'emoji' ? firstOf(value) : '';
  return (
    <span
      aria-hidden="true"
      style={{
        display: 'grid',
        placeItems: 'center',
        flex: 'none',
        width: size,
        height: size,
        borderRadius: size / 4,
        fontSize: size * 0.5,
        color: '#1b2024',
        border: '1px solid var(--line)',
        // A colour and nothing else: no picture is fetched for a file's sake.
        backgroundColor: background,
        filter: 'var(--dim)',
      }}
    >
      {emoji !== '' && canDraw(emoji) ? emoji : firstOf(app.name)}
    </span>
  );
};
