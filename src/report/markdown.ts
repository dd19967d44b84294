/** Where a name would be markup: a mark anywhere, an underscore at the edge of a word. */
const marks = /[\\`*[\]<>&|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu
const longest = 200

/** One line of a name from data or configuration, not too long. */
function inOneLine(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}

/** A name as Markdown that reads as the name itself: no HTML, no link, no emphasis, no cell of a table. */
export const escaped = (name: string): string =>
  inOneLine(name).replace(marks, (mark) => (mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`))

/** A name as code in Markdown, whatever backticks it holds. */
export function code(name: string): string {
  const line = inOneLine(name)
  const runs = line.match(/`+/g) ?? []
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1)
  return runs.length === 0 ? `\`${line}\`` : `${fence} ${line} ${fence}`
}
