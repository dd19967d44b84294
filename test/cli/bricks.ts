import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Cuts a search short. */
export const short = ['--set', 'search.steps=20', 'retrain.steps=20']

/** Writes a small table of bricks, bricks.csv, whose column id says nothing and whose column age has gaps. */
export function writeBricks(folder: string): void {
  const rows = Array.from(
    { length: 120 },
    (_, i) => `${i + 1},${Math.sin(i)},${i % 4},${i % 9 === 0 ? '' : i % 7},${2 * Math.sin(i) + (i % 4)}`,
  )
  writeFileSync(join(folder, 'bricks.csv'), `id,heat,kind,age,strength\n${rows.join('\n')}\n`)
}
