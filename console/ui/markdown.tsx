import { Anchor, Code, Typography } from '@mantine/core';
import styles from './markdown.module.css';
import ReactMarkdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import remend from 'remend';

/**
 * What a model wrote. HTML in it is text, links open elsewhere and only by a person's hand, and no
 * picture is fetched: an answer must not be able to call anybody.
 */
export const Markdown = ({ text, isWhole }: { text: string; isWhole: boolean }) => (
  <Typography fz="sm" className={styles.written}>
    <ReactMarkdown
      remarkPlugins={[remarkGfm]}
      skipHtml={false}
      components={{
        a: ({ href, children }) => (
          <Anchor href={href} target="_blank" rel="noopener noreferrer nofollow" underline="always">
            {children}
          </Anchor>
        ),
        img: ({ alt, src }) => <Code>{`![${alt ?? ''}](${src ?? ''})`}</Code>,
      }}
    >
      {isWhole ? text : remend(text)}
    </ReactMarkdown>
  </Typography>
);
