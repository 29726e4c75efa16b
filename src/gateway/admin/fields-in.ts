/** Of a body, the fields that a schema's shape names; what else was sent is nobody's business. */
export const fieldsIn = <Shape extends object>(
  shape: Shape,
  body: object,
): { [Field in keyof Shape]?: never } =>
  Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) => Object.hasOwn(shape, name) && value !== undefined,
    ),
  ) as { [Field in keyof Shape]?: never };
