import { z } from '#core/schema.ts';

const LARGEST = 100;
const USUAL = 10;

/** Numbers in a query are texts. */
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** LiteLLM's fields for a page of a list. */
export const pageQuery = {
  page: whole(1, 1_000_000).optional(),
  size: whole(1, LARGEST).optional(),
  page_size: whole(1, LARGEST).optional(),
};

export interface PageQuery {
  readonly page?: number | undefined;
  readonly size?: number | undefined;
  readonly page_size?: number | undefined;
}

/** Where a page begins in a list, and how long it is. */
export const sliceOf = ({ page = 1, size, page_size: other }: PageQuery, usual = USUAL) => {
  const limit = size ?? other ?? usual;
  return { page, limit, offset: (page - 1) * limit };
};

export const pageOf = <Row>(rows: readonly Row[], query: PageQuery) => {
  const { page: current, limit, offset } = sliceOf(query);
  return {
    page: rows.slice(offset, offset + limit),
    total: rows.length,
    current,
    pages: Math.ceil(rows.length / limit),
  };
};
