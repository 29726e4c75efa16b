import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Drawing } from '#gateway/console/app-shapes.ts';
import { useScene } from '../../data/scene.ts';
import en from '../../i18n/en.json' with { type: 'json' };

type Named = keyof typeof en.scene.node;

const isNamed = (id: string): id is Named => Object.hasOwn(en.scene.node, id);

/** The example app, with the titles of its nodes in the reader's language: its file has one for all. */
export const useExample = (
  isThere: boolean,
): { readonly graph: Drawing | undefined; readonly error: unknown } => {
  const { t } = useTranslation();
  const { data, error } = useScene(isThere);
  const graph = useMemo(() => {
    if (!data) return undefined;
    const nodes = data.nodes.map((node) =>
      isNamed(node.id) ? { ...node, title: t(`scene.node.${node.id}`) } : node,
    );
    return { ...data, nodes };
  }, [data, t]);
  return { graph, error };
};
