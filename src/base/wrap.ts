/**
 * Breaks a line between words so that none is wider than `width`; without a width it stays whole. Further
 * lines begin under the text behind the line's label (`time     search …`), or two columns further in.
 */
export function wrap(line: string, width: number | undefined): string {
  if (width === undefined || line.length <= width) return line
  const label = /^(?:\w+ {2,}| +)/.exec(line)?.[0].length ?? 0
  const indent = ' '.repeat(label > 0 && label <= width / 2 ? label : 2)
  const lines: string[] = []
  let rest = line
  // A break within the label or the indentation would leave a line without text.
  let begin = label
  while (rest.length > width) {
    const last = lastBreak(rest, width)
    const at = last > begin ? last : rest.indexOf(' ', Math.max(width, begin))
    if (at < 0) break
    lines.push(rest.slice(0, at).trimEnd())
    rest = indent + rest.slice(at).trimStart()
    begin = indent.length
  }
  return [...lines, rest].join('\n')
}

/** The last space up to a column that does not part a number from its percent sign. */
function lastBreak(text: string, column: number): number {
  const at = text.lastIndexOf(' ', column)
  return at > 0 && text[at + 1] === '%' ? lastBreak(text, at - 1) : at
}

/** Wraps every line of a text. */
export const wrapLines = (text: string, width: number | undefined): string =>
  text
    .split('\n')
    .map((line) => wrap(line, width))
    .join('\n')
