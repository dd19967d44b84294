import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packagePath } from '../../src/base/files.js'

const places = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/usr/bin/valkey-server']
const find = (): string | undefined => places.find((path) => existsSync(path))

/** The path of a Redis, installed where that can be done; undefined, with a reason on the console, where there is none. */
export function redisServer(): string | undefined {
  if (find() === undefined && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'))
    try {
      execFileSync('apt-get', ['install', '-y', 'redis-server'], { stdio: 'ignore' })
    } catch {
      console.warn('apt-get install -y redis-server failed')
    }
  if (find() === undefined)
    console.warn(`NOT TESTED: no Redis at ${places.join(', ')}; install it to test trials behind a queue`)
  return find()
}

/** A port that nobody listens to. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a Redis that keeps nothing on the disk, and waits until it listens. */
export async function startRedis(port: number, ...options: string[]): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', tmpdir(), ...options]
  const child = spawn(find()!, args)
  let log = ''
  for await (const bytes of child.stdout as AsyncIterable<Buffer>) {
    log += String(bytes)
    if (log.includes('Ready to accept connections')) break
  }
  if (child.exitCode !== null) throw new Error(log)
  child.stdout.resume()
  return child
}

/** A program that runs, with what it has told. */
export interface Running {
  readonly child: ChildProcess
  readonly told: () => string
  /** Waits until it tells something that fits. */
  readonly tells: (what: RegExp) => Promise<void>
  /** Its exit code, once it ends; null if a signal ended it. */
  readonly ended: Promise<number | null>
}

/** Runs the command line as users do. */
export function sentei(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [packagePath('dist/src/cli/main.js'), ...args], {
    env: { ...process.env, ...env },
  })
  let told = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (told += String(bytes)))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    child,
    told: () => told,
    ended,
    async tells(what) {
      for (; !what.test(told);) {
        if (child.exitCode !== null) throw new Error(`it ended before it told ${what}:\n${told}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}

/** A folder for a test, and the programs that it started. */
export function workplace() {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-fleet-'))
  const running: ChildProcess[] = []
  return {
    folder,
    start: (args: readonly string[], env?: Record<string, string>): Running => {
      const started = sentei(args, env)
      running.push(started.child)
      return started
    },
    /** A file with a JSON document. */
    file: (name: string, document: unknown): string => {
      const path = join(folder, name)
      writeFileSync(path, JSON.stringify(document))
      return path
    },
    /** Ends all programs at once. */
    end: async (): Promise<void> => {
      const left = running.splice(0).filter(({ exitCode, signalCode }) => exitCode === null && !signalCode)
      const ends = left.map((child) => once(child, 'exit'))
      for (const child of left) child.kill('SIGKILL')
      await Promise.all(ends)
    },
    clean: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** Waits until something holds. What throws does not hold yet. */
export async function until(holds: () => boolean): Promise<void> {
  const safely = () => {
    try {
      return holds()
    } catch {
      return false
    }
  }
  for (; !safely();) await new Promise((resolve) => setTimeout(resolve, 10))
}
