import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockFile, requireUnlocked, withRunLock } from '../../src/base/run-lock.js'
import { temporaryFolder } from '../runs/helper.js'

const folder = temporaryFolder()
let made = 0
/** A new folder, with a lock where an owner is given. */
function place(owner?: object): string {
  const path = join(folder, String(made++))
  mkdirSync(path)
  const whole = { format: 'sentei-lock/1', host: hostname(), began: null, since: 'noon', ...owner }
  if (owner) writeFileSync(join(path, lockFile), JSON.stringify(whole))
  return path
}
const nothing = () => Promise.resolve()

/** The number of a process that has ended. */
async function goneProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.on('close', resolve))
  return child.pid!
}

test('holds a folder while the work goes on, and lets it go, whatever happens', async () => {
  const run = place()
  await withRunLock(run, undefined, async () => {
    expect(() => requireUnlocked(run)).toThrow(
      new RegExp(`process ${process.pid} is writing there since \\d`),
    )
    await expect(withRunLock(run, undefined, nothing)).rejects.toThrow(/wait for it, or stop it/)
  })
  await expect(withRunLock(run, undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(readdirSync(run)).toEqual([])
})

test('takes over from a process that is gone, with a notice, and sweeps what it left', async () => {
  const pid = await goneProcess()
  const run = place({ pid })
  mkdirSync(join(run, 'checkpoint'))
  const left = [`config.json.${pid}.tmp`, `checkpoint/search.safetensors.${pid}.tmp`]
  for (const name of [...left, `report.html.${process.ppid}.tmp`, 'mine.tmp'])
    writeFileSync(join(run, name), '')
  const told: string[] = []
  await withRunLock(
    run,
    (text) => told.push(text),
    () => {
      expect(left.filter((name) => existsSync(join(run, name)))).toEqual([])
      return Promise.resolve()
    },
  )
  expect(told).toEqual([
    `${run}: process ${pid}, which held it since noon, has ended; continuing in its place`,
  ])
  expect(readdirSync(run).sort()).toEqual(['checkpoint', 'mine.tmp', `report.html.${process.ppid}.tmp`])
})

test('knows a number that another process has by now', async () => {
  const run = place({ pid: process.ppid, began: 'another start' })
  if (existsSync('/proc/self/stat')) await withRunLock(run, undefined, nothing)
})

test('does not judge processes of another machine, nor files of others', async () => {
  const far = place({ pid: 1, host: 'far-away' })
  await expect(withRunLock(far, undefined, nothing)).rejects.toThrow(
    /process 1 on far-away is writing there since noon; wait for it, or remove .*run\.lock if it is gone/,
  )
  for (const content of ['', '{}', 'null', 'my own notes']) {
    const run = place()
    writeFileSync(join(run, lockFile), content)
    await expect(withRunLock(run, undefined, nothing)).rejects.toThrow(
      /run\.lock: not a readable lock; remove it if/,
    )
    expect(readFileSync(join(run, lockFile), 'utf8')).toBe(content)
  }
})

test('of many that find a stale lock at once, one gets it', async () => {
  const run = place({ pid: await goneProcess() })
  let inside = 0
  const tries = Array.from({ length: 8 }, () =>
    withRunLock(run, undefined, async () => {
      expect(++inside).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 50))
      inside--
    }),
  )
  const ended = await Promise.allSettled(tries)
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
