export const Mark = () => (
  <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" style={{ flex: 'none' }}>
    <rect width="32" height="32" rx="8" fill="#0b6e8f" />
    <path d="M5 12h22" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" />
    <path
      d="M9 12v4q0 4-3 8M16 12v12M23 12v4q0 4 3 8"
      fill="none"
      stroke="#9fe0f2"
      strokeWidth="2.6"
      strokeLinecap="round"
    />
  </svg>
);
