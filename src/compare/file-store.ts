import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { makeFolder, syncFolder } from '../base/files.js'
import { damaged, jsonObject } from '../base/sealed.js'
import type { TrialStore } from './store.js'
import type { TrialRow } from './types.js'

/**
 * A store in a file with one line of JSON per trial. An incomplete last line, left by a crash, is removed,
 * and its trial runs again. Throws an InputError that names the line if another line is damaged.
 */
export function fileStore(path: string): TrialStore {
  const rows = existsSync(path) ? readLines(path) : []
  return {
    done: () => rows,
    save(row) {
      appendLine(path, JSON.stringify(row))
      rows.push(row)
    },
  }
}

function readLines(path: string): TrialRow[] {
  const bytes = readFileSync(path)
  const whole = bytes.lastIndexOf('\n') + 1
  if (whole < bytes.length) truncateSync(path, whole)
  const lines = bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1)
  return lines.map((line, i) => rowIn(line, `${path}:${i + 1}`))
}

function rowIn(line: string, place: string): TrialRow {
  const remedy = 'remove the line: its trial runs again'
  const row = jsonObject(Buffer.from(line), place, remedy)
  if (typeof row.key !== 'string') throw damaged(place, 'expected a trial', remedy)
  return row as unknown as TrialRow
}

/** Appends a line and flushes it to the disk. */
function appendLine(path: string, line: string): void {
  makeFolder(dirname(resolve(path)))
  const isNew = !existsSync(path)
  const file = openSync(path, 'a')
  try {
    const bytes = Buffer.from(`${line}\n`)
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  if (isNew) syncFolder(dirname(resolve(path)))
}
