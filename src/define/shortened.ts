/** As many bytes as Temporal takes for the summary of a workflow. */
const mostBytes = 400;

/** A summary as Temporal takes it: cut, with a sign that it was, where it is too long. */
export function shortened(text: string): string {
  const encoder = new TextEncoder();
  if (encoder.encode(text).length <= mostBytes) return text;
  let kept = text;
  while (encoder.encode(`${kept}…`).length > mostBytes) kept = [...kept].slice(0, -1).join('');
  return `${kept}…`;
}
