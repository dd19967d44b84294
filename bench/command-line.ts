import { existsSync, readFileSync } from 'node:fs'

const words = process.argv.slice(2)

/** What stands behind `--name` on the command line. */
export const valueOf = (name: string): string | undefined =>
  words.includes(name) ? words[words.indexOf(name) + 1] : undefined

/** The rows of a file of results, a line of JSON each; none where there is no file yet. */
export const rowsIn = <Row>(file: string): Row[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Row)
    : []
