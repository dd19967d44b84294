/**
 * The columns that someone lists with commas between. A column's own name may have commas, so that of what is listed the
 * most pieces that make a name together are one; a list that is taken apart already stays as it is.
 */
export function columnsListed(
  names: readonly string[],
  given: string | readonly string[],
): readonly string[] {
  if (typeof given !== 'string') return given
  const pieces = given.split(',')
  const listed: string[] = []
  while (pieces.length > 0) {
    let count = pieces.length
    const together = () => pieces.slice(0, count).join(',').trim()
    while (count > 1 && !names.includes(together())) count--
    listed.push(together())
    pieces.splice(0, count)
  }
  return listed
}
