import { type ReactNode, Children } from 'react';
import styles from './dotted.module.css';

/** Short facts in a line, a dot between two of them; each stays whole, and no dot begins or ends a line. */
export const Dotted = ({ children }: { children: ReactNode }) => (
  <span className={styles.clip}>
    <span className={styles.facts}>
      {Children.map(children, (fact) =>
        fact === undefined || fact === null || fact === false ? undefined : <span>{fact}</span>,
      )}
    </span>
  </span>
);
