/**
 * Splits a list of columns at its commas. A column's name may itself contain commas: from each position, the
 * longest run of pieces that is a name counts as one column. A list that is already split is returned as it
 * is.
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
