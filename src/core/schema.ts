import { z } from 'zod';

/** The one file that names the schema library; everybody else takes `z` from here. */
export { z };
