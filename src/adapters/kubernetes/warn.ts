/** Where an adapter says what it survived: a static message, the particulars in fields. */
export type Warn = (
  message: string,
  fields: Readonly<Record<string, string | number | boolean>>,
) => void;
