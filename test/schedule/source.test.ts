import { expect, it } from 'vitest'
import { lambdaRecord } from '../../src/schedule/source.js'
import type { LambdaRow } from '../../src/schedule/table.js'
import type { Schedule } from '../../src/schedule/types.js'

const schedule = { columns: [{}, {}] } as unknown as Schedule
const losses = { task: 1, reconstruction: 0 }

it.each([
  [undefined, 'expected numbers for task and reconstruction, got nothing'],
  [{ columns: [1, 2] }, 'expected numbers for task and reconstruction, got {"columns":[1,2]}'],
  [losses, 'expected a λ for each of the schedule’s 2 columns, got nothing'],
  [{ ...losses, columns: [1] }, 'expected a λ for each of the schedule’s 2 columns, got 1'],
])('a source of λ that answers %j is refused', (row, message) => {
  const record = lambdaRecord(schedule)
  expect(() => record.add(3, row as unknown as LambdaRow)).toThrow(
    `schedule.planner: at iteration 3: ${message}`,
  )
  record.add(0, { ...losses, columns: Float64Array.of(1, 2) })
  expect(record.arrays().size).toBeGreaterThan(0)
})
