import type { ReactNode } from 'react';

const icon = (children: ReactNode) =>
  function Icon() {
    return (
      <svg
        width="18"
        height="18"
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {children}
      </svg>
    );
  };

export const OverviewIcon = icon(
  <>
    <path d="M2.5 6h15" />
    <path d="M5 6v4q0 4-2 6M10 6v10M15 6v4q0 4 2 6" />
  </>,
);
export const RequestsIcon = icon(<path d="M3 5h14M3 10h14M3 15h9" />);
export const PlaygroundIcon = icon(<path d="M3 4h14v9H9l-4 3v-3H3z" />);
export const ModelsIcon = icon(
  <>
    <rect x="3" y="3.5" width="14" height="5" rx="1.5" />
    <rect x="3" y="11.5" width="14" height="5" rx="1.5" />
    <path d="M6 6h.01M6 14h.01" />
  </>,
);
export const PlanIcon = icon(<path d="M3 17V3M3 17h14M6.5 13l3-4 3 2 4-6" />);
export const SimulatorIcon = icon(
  <>
    <path d="M7.5 3h5M8.5 3v5l-4.5 7.5a1 1 0 0 0 .9 1.5h10.2a1 1 0 0 0 .9-1.5L11.5 8V3" />
    <path d="M6.5 12.5h7" />
  </>,
);
export const DifyIcon = icon(
  <>
    <circle cx="5" cy="10" r="2.2" />
    <circle cx="15" cy="5" r="2.2" />
    <circle cx="15" cy="15" r="2.2" />
    <path d="M7 9l6-3M7 11l6 3" />
  </>,
);
export const KeysIcon = icon(
  <>
    <circle cx="6.5" cy="13" r="3.5" />
    <path d="M9 10.5L16.5 3M13 6.5l2.5 2.5" />
  </>,
);
export const TeamsIcon = icon(
  <>
    <circle cx="7" cy="7" r="2.6" />
    <circle cx="14" cy="8" r="2" />
    <path d="M2.5 16q0-4.5 4.5-4.5t4.5 4.5M13.5 12q4 0 4 4" />
  </>,
);
export const UsersIcon = icon(
  <>
    <circle cx="10" cy="6.5" r="3" />
    <path d="M4 17q0-5.5 6-5.5t6 5.5" />
  </>,
);
export const BudgetsIcon = icon(
  <>
    <path d="M3 14a7 7 0 1 1 14 0" />
    <path d="M10 14l3.5-4" />
  </>,
);
export const UsageIcon = icon(<path d="M4 17V11M8 17V5M12 17V9M16 17V3" />);
export const ApiIcon = icon(<path d="M7 5l-4 5 4 5M13 5l4 5-4 5M11 4l-2 12" />);
export const StartIcon = icon(<path d="M6 4l10 6-10 6z" />);
export const SunIcon = icon(
  <>
    <circle cx="10" cy="10" r="3.2" />
    <path d="M10 2v2M10 16v2M2 10h2M16 10h2M4.4 4.4l1.4 1.4M14.2 14.2l1.4 1.4M15.6 4.4l-1.4 1.4M5.8 14.2l-1.4 1.4" />
  </>,
);
export const MoonIcon = icon(<path d="M16 12.5A6.8 6.8 0 0 1 7.5 4a6.8 6.8 0 1 0 8.5 8.5z" />);
export const CopyIcon = icon(
  <>
    <rect x="7" y="7" width="9.5" height="9.5" rx="1.5" />
    <path d="M13 7V5a1.5 1.5 0 0 0-1.5-1.5H5A1.5 1.5 0 0 0 3.5 5v6.500A1.500 1.500 0 0 0 5 13h2" />
  </>,
);
export const CheckIcon = icon(<path d="M4 10.5 8.2 14.500 16 6" />);
export const AppsIcon = icon(
  <>
    <rect x="3" y="3" width="6" height="6" rx="1.5" />
    <rect x="11" y="3" width="6" height="6" rx="1.5" />
    <rect x="3" y="11" width="6" height="6" rx="1.5" />
    <path d="M14 11.5v5M11.5 14h5" />
  </>,
);
export const ProvidersIcon = icon(<path d="M7 3v4M13 3v4M5 7h10v3a5 5 0 0 1-10 0zM10 15v3" />);
export const MoreIcon = icon(<path d="M4.5 10h.01M10 10h.01M15.5 10h.01" />);
export const CloseIcon = icon(<path d="M5 5l10 10M15 5L5 15" />);
