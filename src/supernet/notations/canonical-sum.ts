/** An operation and its input, which is the sum of other terms, by index; −1 stands for the cell's input. */
export interface CellTerm {
  readonly operation: string
  /** Earlier terms in ascending order. A term that counts twice is listed twice. */
  readonly inputs: readonly number[]
}

/**
 * The canonical form of a sum of terms: two sums have the same line exactly if one becomes the other by
 * renumbering terms. Terms that the sum does not need are left out. Terms are ordered by what they compute;
 * among equal ones, the order that gives the smallest line is used.
 */
export function canonicalSum(terms: readonly CellTerm[], sum: readonly number[]): string {
  const shapes: string[] = []
  for (const { operation, inputs } of terms) {
    const parts = inputs.map((i) => (i < 0 ? 'x' : shapes[i]!)).sort()
    shapes.push(`${operation}(${parts.join('+')})`)
  }
  const needed = neededBy(terms, sum)
  const alike = new Map<string, number[]>()
  for (const index of needed) alike.set(shapes[index]!, [...(alike.get(shapes[index]!) ?? []), index])
  const classes = [...alike.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members)
  const lines = orders(classes).map((order) => lineOf(terms, sum, order))
  return lines.reduce((least, line) => (line < least ? line : least))
}

/** The terms of which a sum is made, directly or indirectly. */
function neededBy(terms: readonly CellTerm[], sum: readonly number[]): Set<number> {
  const needed = new Set<number>()
  const visit = (index: number): void => {
    if (index < 0 || needed.has(index)) return
    needed.add(index)
    terms[index]!.inputs.forEach(visit)
  }
  sum.forEach(visit)
  return needed
}

function lineOf(terms: readonly CellTerm[], sum: readonly number[], order: readonly number[]): string {
  const place = new Map(order.map((index, at) => [index, at]))
  const side = (inputs: readonly number[]) =>
    inputs
      .map((i) => (i < 0 ? 'x' : String(place.get(i))))
      .sort()
      .join('+')
  const lines = order.map((index) => `${terms[index]!.operation}(${side(terms[index]!.inputs)})`)
  return `${lines.join('; ')} → ${side(sum)}`
}

/** All orders in which the classes follow one another, with the members of each class in any order. */
function orders(classes: readonly (readonly number[])[]): number[][] {
  return classes.reduce<number[][]>(
    (heads, members) => heads.flatMap((head) => permutations(members).map((tail) => [...head, ...tail])),
    [[]],
  )
}

function permutations(members: readonly number[]): number[][] {
  if (members.length < 2) return [[...members]]
  return members.flatMap((first) =>
    permutations(members.filter((other) => other !== first)).map((rest) => [first, ...rest]),
  )
}
