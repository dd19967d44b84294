/**
 * Formats rows as lines of text with aligned columns: the first ones to the left, the others to the right.
 */
export function textTable(rows: readonly (readonly string[])[], left = 1): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i < left ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
