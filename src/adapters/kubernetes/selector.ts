import { isJson, type Json, listAt, stringAt, stringsAt } from "./decode.ts";

export type Labels = Readonly<Record<string, string>>;

/** @returns the `labelSelector` of a list request, the same text for the same labels */
export const labelSelector = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(",");

/** Whether every wanted label is there with its value; an empty selector matches nothing here. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  const entries = Object.entries(wanted);
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}

/** @returns whether labels match a `metav1.LabelSelector`; an empty one matches nothing here */
export function matchesSelector(selector: Json, labels: Labels): boolean {
  const equal = Object.entries(stringsAt(selector, "matchLabels"));
  const expressions = listAt(selector, "matchExpressions").filter(isJson);
  if (equal.length + expressions.length === 0) return false;
  return (
    equal.every(([key, value]) => labels[key] === value) &&
    expressions.every((expression) => matchesExpression(expression, labels))
  );
}

function matchesExpression(expression: Json, labels: Labels): boolean {
  const value = labels[stringAt(expression, "key")];
  const listed = value !== undefined && listAt(expression, "values").includes(value);
  switch (stringAt(expression, "operator")) {
    case "In":
      return listed;
    case "NotIn":
      return !listed;
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}
