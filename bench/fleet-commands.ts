import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { packagePath } from '../src/base/files.js'

/** Runs workers and comparisons as users do, with their folders in one folder. */
export const fleetIn = (folder: string, url: string) => ({
  /** Starts workers, and waits until they wait for trials. */
  workers: async (count: number): Promise<ChildProcess[]> => {
    const shared = ['--shared', join(folder, 'shared')]
    const children = Array.from({ length: count }, (_, i) =>
      sentei('worker', '--redis', url, ...shared, '--cache', join(folder, `cache-${i}`)),
    )
    for (const { stderr } of children)
      for (let told = ''; !told.includes('waiting for trials');)
        told += String((await once(stderr!, 'data'))[0])
    return children
  },
  end: async (children: readonly ChildProcess[]): Promise<void> => {
    const ends = children.map((child) => once(child, 'exit'))
    for (const child of children) child.kill('SIGTERM')
    await Promise.all(ends)
  },
  /** Seconds of a comparison. Its folder is new each time. */
  compared: async (document: string, name: string, ...args: string[]): Promise<number> => {
    const start = performance.now()
    const run = sentei('compare', document, '--out', join(folder, name), ...args)
    let told = ''
    run.stderr!.on('data', (bytes) => (told += String(bytes)))
    const [code] = (await once(run, 'exit')) as [number]
    if (code !== 0) throw new Error(told)
    return (performance.now() - start) / 1000
  },
})

function sentei(...args: string[]): ChildProcess {
  const program = packagePath('dist/src/cli/main.js')
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
}
