import { InputError } from '../base/errors.js'
import { columnBuilder, concatColumns } from './column.js'
import { isTable, rowCount, zerosLike, type ArrayContent, type Content, type Table } from './content.js'

/** Concatenates the rows of several files of one format. */
export function appendRows(contents: readonly Content[]): Content {
  const [first, ...others] = contents as [Content, ...Content[]]
  if (others.length === 0) return first
  for (const other of others) checkAlike(first, other)
  const located = {
    name: contents.map(({ name }) => name).join(', '),
    unit: first.unit,
    places: contents.flatMap(({ places }) => places),
    files: contents.flatMap(({ name, places }) => places.map(() => name)),
  }
  const broken = contents.flatMap((each) =>
    (each.broken ?? []).map(({ file, why }) => ({ file: `${each.name}/${file}`, why })),
  )
  if (isTable(first)) {
    const columns = first.names.map((_, c) =>
      concatColumns((contents as Table[]).map((each) => each.columns[c]!)),
    )
    return { ...first, ...located, columns }
  }
  const arrays = contents as ArrayContent[]
  const widest = arrays.map((each) => each.values).find((each) => each instanceof Float64Array)
  const length = arrays.reduce((sum, each) => sum + each.values.length, 0)
  const values = zerosLike(widest ?? arrays[0]!.values, length)
  let at = 0
  for (const each of arrays) {
    values.set(each.values, at)
    at += each.values.length
  }
  const labels = first.labels && (appendRows(arrays.map((each) => each.labels!)) as Table)
  return {
    ...first,
    ...located,
    rows: located.places.length,
    values,
    ...(labels && { labels }),
    ...(broken.length > 0 && { broken }),
  }
}

function checkAlike(first: Content, other: Content): void {
  const form = (content: Content) =>
    isTable(content)
      ? `columns ${content.names.join(', ')}`
      : `${content.kind} of shape [${content.shape.join(', ')}]${content.labels ? ' with labels' : ''}`
  if (form(first) === form(other)) return
  throw new InputError(`${other.name}: expected ${form(first)} as in ${first.name}, got ${form(other)}`)
}

/** Adds the targets of another file, row by row: as columns of a table, or as labels of arrays. */
export function joinTargets(content: Content, targets: Content): Content {
  const labels = asTable(targets)
  if (rowCount(content) !== rowCount(labels)) {
    const wanted = `${rowCount(content)} rows as in ${content.name}`
    throw new InputError(`${labels.name}: expected ${wanted}, got ${rowCount(labels)}`)
  }
  if (!isTable(content)) return { ...content, labels }
  const taken = new Set(content.names)
  const unique = labels.names.map((name) => (taken.has(name) ? `${labels.name} ${name}` : name))
  return {
    ...content,
    names: [...content.names, ...unique],
    columns: [...content.columns, ...labels.columns],
    joined: { name: labels.name, names: labels.names, from: content.names.length },
  }
}

/** Converts arrays of numbers to cells with one column per feature. A missing value becomes an empty cell. */
export function asTable(content: Content): Table {
  if (isTable(content)) return content
  const { shape, values, places, ...rest } = content
  if (shape.length !== 1) {
    throw new InputError(
      `${content.name}: expected rows of features (one axis), got rows of shape [${shape.join(', ')}]`,
    )
  }
  const width = shape[0]!
  const room = { bytes: 0 }
  return {
    name: rest.name,
    unit: rest.unit,
    places,
    names: Array.from({ length: width }, (_, column) => String(column)),
    columns: Array.from({ length: width }, (_, column) => {
      const builder = columnBuilder(rest.name, room)
      for (let at = column; at < values.length; at += width) builder.addNumber(values[at]!)
      return builder.build()
    }),
  }
}

/**
 * Combines files of one channel each into sequences: the columns (or features) of each file are the steps of
 * its channel.
 */
export function joinChannels(channels: readonly (readonly [name: string, content: Content])[]): Content {
  const [[, first]] = channels as [readonly [string, Content]]
  for (const [, other] of channels) checkSize(first, other)
  const names = channels.map(([name]) => name)
  if (isTable(first)) {
    const tables = channels.map(([, content]) => content as Table)
    return {
      ...first,
      channels: names,
      names: tables.flatMap((table, c) => table.names.map((column) => `${names[c]!} ${column}`)),
      columns: tables.flatMap((table) => table.columns),
    }
  }
  const steps = first.shape[0]!
  const length = first.values.length * names.length
  const wide = channels.some(([, content]) => (content as ArrayContent).values instanceof Float64Array)
  const values = wide ? new Float64Array(length) : new Float32Array(length)
  channels.forEach(([, content], c) => {
    ;(content as ArrayContent).values.forEach((value, i) => (values[i * names.length + c] = value))
  })
  return { ...first, kind: 'sequences', shape: [steps, names.length], values, channels: names }
}

function checkSize(first: Content, other: Content): void {
  const steps = (content: Content) =>
    isTable(content) ? content.names.length : content.shape.length === 1 ? content.shape[0]! : 0
  const size = (content: Content) => `${rowCount(content)} rows of ${steps(content)} steps`
  if (isTable(first) === isTable(other) && steps(first) > 0 && size(first) === size(other)) return
  throw new InputError(`${other.name}: expected ${size(first)} as in ${first.name}, got ${size(other)}`)
}
