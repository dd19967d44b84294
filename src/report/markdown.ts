/** Characters that are markup: some anywhere, an underscore only at the edge of a word. */
const marks = /[\\`*[\]<>&|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu
const longest = 200

/** A name on one line, shortened if it is too long. */
function inOneLine(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}

/** Escapes a name for Markdown, so that it is shown literally: no HTML, link, emphasis or table cell. */
export const escaped = (name: string): string =>
  inOneLine(name).replace(marks, (mark) => (mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`))

/** A name as inline code in Markdown, even if it contains backticks. */
export function code(name: string): string {
  const line = inOneLine(name)
  const runs = line.match(/`+/g) ?? []
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1)
  return runs.length === 0 ? `\`${line}\`` : `${fence} ${line} ${fence}`
}
