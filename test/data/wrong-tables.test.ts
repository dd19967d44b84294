import { describe, expect, it } from 'vitest'
import { csv, rejection, workplace } from './helpers.js'

const { read } = workplace()
const target = { target: 'y' }

describe('readDataset, wrong input', () => {
  const many = csv('id,y', 201, (i) => [`n${i}`, i / 3])
  const cases: [string, string, object, string][] = [
    [
      'text among numbers',
      'age,y\n1,0.1\n2,0.2\nabc,0.3\n',
      target,
      'a.csv line 4, column "age": expected a number, got "abc"; where that means a missing cell, set config.data.missingValues: {"age": ["abc"]}',
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
      'a.csv, column "id": expected at most 200 categories, got 201 (n0, n1, n10, …); drop it with config.data.drop, or fold the rare ones with config.data.rare',
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
