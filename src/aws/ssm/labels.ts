/** A label may have letters, digits and `.-_`, and begins with none of a digit, `aws` and `ssm` (API reference, «LabelParameterVersion»). */
export function isLabel(text: string): boolean {
  return /^[A-Za-z_.-][A-Za-z0-9_.-]{0,99}$/.test(text) && !/^(?:aws|ssm)/i.test(text)
}
