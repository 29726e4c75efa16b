import type { ReactNode } from 'react';

interface Kind {
  readonly color: string;
  readonly icon: ReactNode;
}

const START = <path d="M4 9l6-5 6 5v7h-4v-4H8v4H4z" />;
const ROUND = <path d="M4 8a6 6 0 0 1 11-2M16 3v4h-4M16 12a6 6 0 0 1-11 2M4 17v-4h4" />;

const KINDS = {
  start: { color: '#2f6fde', icon: START },
  'iteration-start': { color: '#2f6fde', icon: START },
  'loop-start': { color: '#2f6fde', icon: START },
  llm: {
    color: '#5b5fd6',
    icon: <path d="M10 3l1.8 4.7L16.5 9.5l-4.7 1.8L10 16l-1.8-4.7L3.5 9.5l4.7-1.8z" />,
  },
  answer: { color: '#b45f06', icon: <path d="M4 5h12v8H9l-3 3v-3H4z" /> },
  end: { color: '#b45f06', icon: <path d="M5 17V4h9l-2 3 2 3H5" /> },
  'loop-end': { color: '#b45f06', icon: <path d="M6 6h8v8H6z" /> },
  'if-else': {
    color: '#0b7f96',
    icon: <path d="M4 10h4l5-5h3M8 10l5 5h3M14 3l2 2-2 2M14 13l2 2-2 2" />,
  },
  'question-classifier': {
    color: '#1c7c43',
    icon: <path d="M4 10h4M8 10c2 0 2-5 5-5h3M8 10h8M8 10c2 0 2 5 5 5h3" />,
  },
  'human-input': {
    color: '#1c7c43',
    icon: (
      <>
        <circle cx="10" cy="6.5" r="2.8" />
        <path d="M4.5 16.5a5.5 5.5 0 0 1 11 0" />
      </>
    ),
  },
  code: { color: '#1f6fb5', icon: <path d="M7 6l-4 4 4 4M13 6l4 4-4 4" /> },
  'template-transform': {
    color: '#1f6fb5',
    icon: <path d="M7 4C5 4 6 9 4 10c2 1 1 6 3 6M13 4c2 0 1 5 3 6-2 1-1 6-3 6" />,
  },
  'http-request': {
    color: '#7a4fcf',
    icon: (
      <>
        <circle cx="10" cy="10" r="6.5" />
        <path d="M3.5 10h13M10 3.5c-4 4-4 9 0 13c4-4 4-9 0-13" />
      </>
    ),
  },
  iteration: { color: '#0b7f96', icon: ROUND },
  loop: { color: '#0b7f96', icon: ROUND },
  'variable-aggregator': {
    color: '#1f6fb5',
    icon: <path d="M3 5h4l4 5h6M3 15h4l4-5M14 7l3 3-3 3" />,
  },
  'variable-assigner': {
    color: '#1f6fb5',
    icon: <path d="M3 5h4l4 5h6M3 15h4l4-5M14 7l3 3-3 3" />,
  },
  assigner: { color: '#1f6fb5', icon: <path d="M4 7h12M4 13h12M13 4l3 3-3 3" /> },
  'parameter-extractor': {
    color: '#1f6fb5',
    icon: <path d="M4 5h12M4 10h7M4 15h5M14 11v6M11 14h6" />,
  },
  'document-extractor': { color: '#1c7c43', icon: <path d="M5 3h7l3 3v11H5zM8 9h5M8 12h5" /> },
  'list-operator': { color: '#0b7f96', icon: <path d="M3 5h14l-5 6v5l-4-2v-3z" /> },
  'knowledge-retrieval': {
    color: '#1c7c43',
    icon: <path d="M4 4h5q1 0 1 1v11q0-1-1-1H4zM16 4h-5q-1 0-1 1v11q0-1 1-1h5z" />,
  },
  tool: {
    color: '#5a6670',
    icon: (
      <path d="M12.5 3.5a4 4 0 0 0-4 5.5L3.5 14l2.5 2.5L11 11.5a4 4 0 0 0 5.5-5l-2.5 2.5-2.5-2.5L14 4z" />
    ),
  },
  agent: {
    color: '#5b5fd6',
    icon: (
      <>
        <rect x="4" y="7" width="12" height="9" rx="2" />
        <path d="M10 4v3M8 11h.01M12 11h.01M8 14h4" />
      </>
    ),
  },
} as const satisfies Readonly<Record<string, Kind>>;

const OTHER: Kind = { color: '#5a6670', icon: <path d="M5 5h10v10H5z" /> };

/** A tile with a node type's picture; what it is stands beside it in words. */
export const KindIcon = ({ type, size = 22 }: { type: string; size?: number }) => {
  const { color, icon } = isNamed(type) ? KINDS[type] : OTHER;
  return (
    <svg
      width={size}
      height={size}
      viewBox="-2 -2 24 24"
      fill="none"
      stroke="#fff"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ background: color, borderRadius: size / 4, flex: 'none' }}
    >
      {icon}
    </svg>
  );
};

/** Whether there is a word for a type; of others their own name is shown. */
export const isNamed = (type: string): type is keyof typeof KINDS => Object.hasOwn(KINDS, type);
