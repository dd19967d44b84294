import { describe, expect, it } from 'vitest'
import { csv, rejection, workplace } from './helpers.js'

const { read } = workplace()
const target = { target: 'y' }

describe('readDataset, tables', () => {
  it('reads numbers, and one-hot categories in sorted order', async () => {
    const data = await read('a,colour,y\n1,red,0.5\n2.5e1,blue,1\n-3,red,2\n', target)
    expect(data.features).toEqual(['a', 'colour=blue', 'colour=red'])
    expect(data.shape).toEqual([3])
    expect([...data.inputs]).toEqual([1, 0, 1, 25, 1, 0, -3, 0, 1])
    expect([...data.targets]).toEqual([0.5, 1, 2])
    expect(data.task).toEqual({ kind: 'regression', outputs: ['y'] })
    expect(data.encoding.columns).toEqual([{ name: 'a' }, { name: 'colour', categories: ['blue', 'red'] }])
  })

  it('one-hot encodes numbers that are listed, in order of value', async () => {
    const data = await read('code,y\n10,0.1\n2,0.2\n2.0,0.3\n', { ...target, categorical: ['code'] })
    expect(data.features).toEqual(['code=2', 'code=10'])
    expect([...data.inputs]).toEqual([0, 1, 1, 0, 1, 0])
  })

  it('takes the target by name, by index, from the end, and several', async () => {
    expect((await read('a,y\n1,0.5\n2,1.5\n', { target: 1 })).task).toEqual({
      kind: 'regression',
      outputs: ['y'],
    })
    const last = await read('7,1\n8,2\n', { target: -1, header: false, task: 'regression' })
    expect([...last.targets]).toEqual([1, 2])
    const two = await read('a,y,z\n1,2,3\n4,5,6\n', { target: ['z', 'y'] })
    expect(two.task).toEqual({ kind: 'regression', outputs: ['z', 'y'] })
    expect([...two.targets]).toEqual([3, 2, 6, 5])
    expect(two.features).toEqual(['a'])
  })

  it('leaves out dropped columns and the key column', async () => {
    const data = await read(
      'id,a,who,y\n1,5,p,0.1\n2,6,q,0.2\n',
      { ...target, drop: ['id'] },
      { by: 'group', column: 'who' },
    )
    expect(data.features).toEqual(['a'])
    expect(data.keys).toEqual(['p', 'q'])
  })

  it('treats −0 as 0', async () => {
    expect(Object.is((await read('a,y\n-0,0.1\n0,0.2\n', target)).inputs[0], 0)).toBe(true)
  })

  it('has a hash of its content', async () => {
    const text = csv('a,y', 6, (i) => [i, i / 2])
    expect((await read(text, target)).hash).toBe((await read(text, target)).hash)
    expect((await read(text, target)).hash).not.toBe(
      (await read(text.replace('3,1.5', '3,1.25'), target)).hash,
    )
    expect((await read(text, target)).hash).not.toBe((await read(text.replace('a,y', 'b,y'), target)).hash)
  })
})

describe('readDataset, the task', () => {
  it('infers it from the target', async () => {
    expect((await read('a,y\n1,yes\n2,no\n', target)).task).toEqual({
      kind: 'classification',
      classes: ['no', 'yes'],
    })
    expect((await read('a,y\n1,10\n2,9.0\n3,10\n', target)).task).toEqual({
      kind: 'classification',
      classes: ['9', '10'],
    })
    expect(
      (
        await read(
          csv('a,y', 200, (i) => [i, i % 20]),
          target,
        )
      ).task.kind,
    ).toBe('classification')
    expect(
      (
        await read(
          csv('a,y', 199, (i) => [i, i % 20]),
          target,
        )
      ).task.kind,
    ).toBe('regression')
    expect((await read('a,y\n1,1.5\n2,2\n', target)).task.kind).toBe('regression')
  })

  it('takes it as given', async () => {
    expect((await read('a,y\n1,1\n2,2\n', { ...target, task: 'regression' })).task.kind).toBe('regression')
    const data = await read('a,y\n1,2\n2,x\n3,2\n', { ...target, task: 'classification' })
    expect(data.task).toEqual({ kind: 'classification', classes: ['2', 'x'] })
    expect([...data.targets]).toEqual([0, 1, 0])
  })

  it('keeps codes with leading zeros apart', async () => {
    expect((await read('a,y\n1,007\n2,7\n', { ...target, task: 'classification' })).task).toMatchObject({
      classes: ['007', '7'],
    })
  })
})

describe('readDataset, missing cells', () => {
  const text = 'a,c,y\n1,p,0.1\nNA,,0.2\n3,p,0.3\n4,q,\n'

  it('refuses by default, naming line and column', async () => {
    expect(await rejection(read('a,y\n1,0.1\n\n?,0.2\n', target))).toBe(
      'a.csv line 4, column "a": expected a value, got "?"; config.data.missing says what is done about missing cells',
    )
    expect(await rejection(read('a,y\n1,0.1\n2,\n', target))).toBe(
      'a.csv line 3, column "y": expected a target, got an empty cell; under another policy of config.data.missing a row without a target is left out',
    )
  })

  it.each(['', 'NA', 'N/A', 'NaN', 'nan', '?', 'null'])('knows %j as missing', async (cell) => {
    expect(
      (await read(`a,b,y\n1,${cell},0.1\n2,4,0.2\n`, { ...target, missing: 'mean' })).inputs[1],
    ).toBeNaN()
  })

  it('drops incomplete rows', async () => {
    const data = await read(text, { ...target, missing: 'drop-row' })
    expect([...data.inputs]).toEqual([1, 1, 3, 1])
    expect(data.cleaning).toEqual({ missing: { a: 1, c: 1 }, leftOut: 2 })
  })

  it('keeps NaN to be filled, and leaves out rows without a target', async () => {
    const data = await read(text, { ...target, missing: 'median' })
    expect(data.features).toEqual(['a', 'c=p'])
    expect([...data.inputs]).toEqual([1, 1, NaN, NaN, 3, 1])
  })

  it('adds an indicator to columns that need one', async () => {
    const data = await read('a,b,c,y\n1,5,p,0.1\nNA,6,,0.2\n3,7,q,0.3\n', { ...target, missing: 'indicator' })
    expect(data.features).toEqual(['a', 'a missing', 'b', 'c=p', 'c=q', 'c missing'])
    expect([...data.inputs]).toEqual([1, 0, 5, 1, 0, 0, NaN, 1, 6, NaN, NaN, 1, 3, 0, 7, 0, 1, 0])
  })

  it('refuses a data set of which nothing is left, and columns without any value', async () => {
    expect(await rejection(read('a,b,y\n,1,0.1\n2,,0.2\n', { ...target, missing: 'drop-row' }))).toBe(
      'a.csv: expected rows without missing cells, got none (data.missing: drop-row)',
    )
    expect(await rejection(read('a,b,y\n1,,0.1\n2,,0.2\n', { ...target, missing: 'mean' }))).toBe(
      'a.csv, column "b": expected values, got only missing cells; drop it with config.data.drop',
    )
  })
})

describe('readDataset, wrong input', () => {
  const many = csv('id,y', 201, (i) => [`n${i}`, i / 3])
  const cases: [string, string, object, string][] = [
    [
      'text among numbers',
      'age,y\n1,0.1\n2,0.2\nabc,0.3\n',
      target,
      'a.csv line 4, column "age": expected a number, got "abc"; a column of categories that look like numbers goes into config.data.categorical',
    ],
    [
      'a huge number',
      'a,y\n1e39,0.1\n2,0.2\n',
      target,
      'a.csv line 2, column "a": expected a number below 3.4e38 in size, got "1e39"',
    ],
    [
      'unknown target',
      'age,y\n1,2\n',
      { target: 'agee' },
      'config.data.target: expected a column of a.csv, got "agee"; did you mean "age"?',
    ],
    [
      'unknown far target',
      'age,y\n1,2\n',
      { target: 'label' },
      'config.data.target: expected a column of a.csv, got "label"; its columns are age, y',
    ],
    [
      'one of several targets',
      'a,y,z\n1,2,3\n',
      { target: ['y', 'zz'] },
      'config.data.target.1: expected a column of a.csv, got "zz"; its columns are a, y, z',
    ],
    [
      'target index',
      'a,y\n1,2\n',
      { target: 2 },
      'config.data.target: expected an index from 0 to 1 (or -1: the last) of a.csv, got 2',
    ],
    [
      'unknown drop',
      'age,y\n1,2\n',
      { ...target, drop: ['agge'] },
      'config.data.drop: expected a column of a.csv, got "agge"; did you mean "age"?',
    ],
    [
      'unknown category',
      'age,y\n1,2\n',
      { ...target, categorical: ['ag'] },
      'config.data.categorical: expected a column of a.csv, got "ag"; did you mean "age"?',
    ],
    [
      'dropped target',
      'a,y\n1,2\n',
      { ...target, drop: ['y'] },
      'config.data.drop: expected no target column, got "y"',
    ],
    ['no inputs', 'y\n1\n2\n', target, 'a.csv: expected columns beside the target, got none'],
    [
      'one class',
      'a,y\n1,yes\n2,yes\n',
      target,
      'a.csv, column "y": expected at least two classes, got only "yes"',
    ],
    [
      'no class',
      'a,y\n1,\n2,\n',
      { ...target, missing: 'mean' },
      'a.csv, column "y": expected at least two classes, got none',
    ],
    [
      'constant target',
      'a,y\n1,3\n2,3\n',
      { ...target, task: 'regression' },
      'a.csv, column "y": expected a target that varies, got only 3',
    ],
    [
      'empty target',
      'a,y\n1,\n2,\n',
      { ...target, task: 'regression', missing: 'mean' },
      'a.csv, column "y": expected a target that varies, got no value',
    ],
    [
      'text in a target of numbers',
      'a,y\n1,3\n2,x\n',
      target,
      'a.csv line 3, column "y": expected a number, got "x"; where these are classes, set config.data.task to classification',
    ],
    [
      'classes that are none',
      csv('a,y', 60, (i) => [i, i / 7]),
      { ...target, task: 'classification' },
      'a.csv, column "y": expected classes that repeat, got 60 distinct values in 60 rows; is config.data.task regression?',
    ],
    [
      'texts that are no classes',
      csv('a,y', 60, (i) => [i, `n${i}`]),
      target,
      'a.csv, column "y": expected classes that repeat, got 60 distinct values in 60 rows; name another column in config.data.target',
    ],
    [
      'classes in two columns',
      'a,y,z\n1,p,q\n2,q,p\n',
      { target: ['y', 'z'], task: 'classification' },
      'config.data.target: expected one column for classification, got 2',
    ],
    [
      'too many categories',
      many,
      target,
      'a.csv, column "id": expected at most 200 categories, got 201 (n0, n1, n10, …); drop it with config.data.drop',
    ],
    [
      'unknown source',
      'a\n',
      { file: undefined, source: 'mnist' },
      'config.data.source: expected one of digits, concrete, chicago, got "mnist"',
    ],
  ]
  it.each(cases)('says what is wrong: %s', async (_, text, data, expected) => {
    expect(await rejection(read(text, data))).toBe(expected)
  })

  it('takes 200 categories', async () => {
    expect(
      (
        await read(
          csv('id,y', 400, (i) => [`n${i % 200}`, i / 3]),
          target,
        )
      ).shape,
    ).toEqual([200])
  })

  it('lists only the first of many columns', async () => {
    const wide = Array.from({ length: 30 }, (_, i) => `c${i}`).join(',')
    expect(await rejection(read(`${wide}\n${wide}\n`, { target: 'label' }))).toMatch(
      /its columns are c0, .+, c11, …$/,
    )
  })

  it('refuses a target as the key of the split', async () => {
    expect(await rejection(read('a,y\n1,2\n2,3\n', target, { by: 'group', column: 'y' }))).toBe(
      'config.split.column: expected no target column, got "y"',
    )
    expect(await rejection(read('a,y\n1,2\n2,3\n', target, { by: 'group', column: 'yy' }))).toBe(
      'config.split.column: expected a column of a.csv, got "yy"; its columns are a, y',
    )
  })
})

describe('readDataset, keys', () => {
  const time = { by: 'time', column: 't' }

  it('reads numbers and ISO dates as times', async () => {
    expect((await read('t,a,y\n3,1,0.1\n-1.5,2,0.2\n', target, time)).keys).toEqual([3, -1.5])
    const text = 't,a,y\n2020-01-02,1,0.1\n2020-01-01 12:00,2,0.2\n2020-01-01T12:00:00+02:00,3,0.3\n'
    expect((await read(text, target, time)).keys).toEqual([
      Date.UTC(2020, 0, 2),
      Date.UTC(2020, 0, 1, 12),
      Date.UTC(2020, 0, 1, 10),
    ])
  })

  it('refuses other dates and missing keys', async () => {
    expect(await rejection(read('t,a,y\n01/02/2020,1,0.1\n', target, time))).toBe(
      'a.csv line 2, column "t": expected a number or an ISO date, got "01/02/2020"',
    )
    expect(await rejection(read('t,a,y\n2020-13-01,1,0.1\n', target, time))).toMatch(
      /expected a number or an ISO date/,
    )
    expect(await rejection(read('t,a,y\n,1,0.1\n', target, time))).toBe(
      'a.csv line 2, column "t": expected a time, got an empty cell',
    )
    expect(await rejection(read('t,a,y\n?,1,0.1\n', target, { by: 'group', column: 't' }))).toBe(
      'a.csv line 2, column "t": expected a group, got "?"',
    )
  })
})

describe('readDataset, images', () => {
  const image = { height: 2, width: 2 }

  it('reads a row of pixels as an image', async () => {
    const data = await read('0,1,2,3,p\n4,5,6,7,q\n', { target: -1, header: false, image })
    expect(data.shape).toEqual([2, 2, 1])
    expect(data.features).toEqual(['channel 0'])
    expect([...data.inputs]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(data.encoding).toMatchObject({
      kind: 'images',
      file: { options: { header: false }, targets: ['4'] },
    })
  })

  it('refuses another number of pixels, and an indicator', async () => {
    expect(await rejection(read('0,1,2,p\n4,5,6,q\n', { target: -1, header: false, image }))).toBe(
      'config.data.image: expected 2×2×1 = 4 pixel columns in a.csv, got 3',
    )
    const data = { target: -1, header: false, image, missing: 'indicator' }
    expect(await rejection(read('0,1,2,3,p\n4,5,6,,q\n', data))).toBe(
      'config.data.missing: expected another policy for images (an indicator would be one more pixel), got "indicator"',
    )
  })
})

describe('readDataset, series', () => {
  const text = csv('a,y', 8, (i) => [i, i * 10])
  const series = { ...target, window: 3, horizon: 2 }

  it('cuts windows; the target is horizon steps after the last, and its past is an input', async () => {
    const data = await read(text, series)
    expect(data.shape).toEqual([3, 2])
    expect(data.rows).toBe(4)
    expect([...data.inputs.subarray(0, 6)]).toEqual([0, 0, 1, 10, 2, 20])
    expect([...data.targets]).toEqual([40, 50, 60, 70])
    expect(data.spans).toEqual([
      [0, 5],
      [1, 6],
      [2, 7],
      [3, 8],
    ])
    expect(data.task).toEqual({ kind: 'forecasting', outputs: ['y'] })
    expect(data.encoding.window).toBe(3)
  })

  it('reads values and classes of the window’s end; the target is then no input', async () => {
    const values = await read(text, { ...target, window: 3, task: 'regression' })
    expect(values.features).toEqual(['a'])
    expect([...values.targets]).toEqual([20, 30, 40, 50, 60, 70])
    const labels = await read(
      csv('a,y', 4, (i) => [i, i % 2 ? 'up' : 'down']),
      { ...target, window: 2, task: 'classification' },
    )
    expect([...labels.targets]).toEqual([1, 0, 1])
  })

  it('orders time steps by the time column', async () => {
    const shuffled = 't,a,y\n3,3,30\n1,1,10\n2,2,20\n'
    const data = await read(shuffled, { ...target, window: 2 }, { by: 'time', column: 't' })
    expect([...data.inputs]).toEqual([1, 10, 2, 20])
    expect([...data.targets]).toEqual([30])
  })

  it('never crosses groups, and gathers their rows', async () => {
    const mixed = 'unit,a,y\np,1,1\nq,10,10\np,2,2\nq,20,20\np,3,3\nq,30,30\n'
    const data = await read(mixed, { ...target, window: 2 }, { by: 'group', column: 'unit' })
    expect(data.keys).toEqual(['p', 'q'])
    expect([...data.inputs]).toEqual([1, 1, 2, 2, 10, 10, 20, 20])
    expect([...data.targets]).toEqual([3, 30])
  })

  it('leaves out windows without a target', async () => {
    const data = await read('a,y\n1,1\n2,2\n3,\n4,4\n', { ...target, window: 1, missing: 'mean' })
    expect([...data.targets]).toEqual([2, 4])
    expect(data.cleaning).toEqual({ missing: { y: 1 }, leftOut: 1 })
  })

  it('refuses what is no series', async () => {
    expect(await rejection(read('a,y\n1,1\n2,2\n', { ...target, window: 3 }))).toBe(
      'a.csv: expected at least 4 adjacent time steps (window 3, horizon 1), got 2 rows',
    )
    expect(await rejection(read(text, { ...series, missing: 'drop-row' }))).toBe(
      'config.data.missing: expected another policy for a series (its time steps must stay adjacent), got "drop-row"',
    )
    expect(await rejection(read(text, { ...series, horizon: 0 }))).toBe(
      'config.data.horizon: expected integer ≥ 1 for forecasting, got 0',
    )
    expect(
      await rejection(
        read('t,a,y\n1,1,1\n2,2,2\n1,3,3\n', { ...target, window: 1 }, { by: 'time', column: 't' }),
      ),
    ).toBe('a.csv line 4: expected one row for each time of a series, got a second one for the same time')
    expect(
      await rejection(read(text, { source: 'chicago', file: undefined, kind: 'table', task: 'forecasting' })),
    ).toBe('config.data.task: forecasting needs kind series, got kind table')
  })
})

describe('bundled data', () => {
  const bundled = (source: string, more = {}) => read('', { file: undefined, source, ...more })

  it('reads the digits', async () => {
    const data = await bundled('digits')
    expect([data.rows, ...data.shape]).toEqual([1797, 8, 8, 1])
    expect(data.task).toMatchObject({ classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] })
    expect([...data.inputs.subarray(0, 4), data.targets[1]]).toEqual([0, 0, 5, 13, 1])
  })

  it('reads the concrete', async () => {
    const data = await bundled('concrete')
    expect([data.rows, ...data.shape]).toEqual([1030, 8])
    expect(data.targets[0]).toBeCloseTo(79.99)
  })

  it('reads Chicago without its date', async () => {
    const data = await bundled('chicago')
    expect([data.rows, ...data.shape]).toEqual([5698 - 14 - 7 + 1, 14, 49])
    expect(data.features).not.toContain('date')
    expect(data.features[0]).toBe('ridership')
  })

  it('lets the configuration go first', async () => {
    expect((await bundled('digits', { kind: 'table' })).shape).toEqual([64])
    expect((await bundled('chicago', { window: 7, horizon: 1 })).shape).toEqual([7, 49])
    const table = await bundled('chicago', { kind: 'table' })
    expect(table.task.kind).toBe('regression')
    expect(table.shape).toEqual([48])
  })
})
