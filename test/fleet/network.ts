import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** The way of a worker to Redis, which can be cut. */
export interface Link {
  /** Words in front of a command that is to run at this end. */
  readonly prefix: readonly string[]
  /** Where Redis is for it. */
  readonly host: string
  readonly port: number
  readonly cut: () => void
  readonly mend: () => void
}

export interface Network {
  /** How it is cut, for a report. */
  readonly kind: string
  /** Where Redis must listen. */
  readonly address: string
  readonly links: readonly Link[]
  readonly dispose: () => void
}

const ip = (...words: string[]) => execFileSync('ip', words, { stdio: 'pipe' })

/**
 * A network namespace for each of so many workers, all on one bridge, on which Redis listens; undefined, with a
 * reason on the console, where namespaces cannot be made. That takes root and `ip` of iproute2.
 */
export function namespaces(count: number, port: number): Network | undefined {
  const own = `sentei${process.pid}`
  const bridge = `sb${process.pid}`
  const net = `10.231.${process.pid % 250}`
  const names = Array.from({ length: count }, (_, i) => ({
    space: `${own}-${i}`,
    cable: `sv${process.pid}-${i}`,
  }))
  const dispose = () => {
    const all = [...names.map(({ space }) => ['netns', 'del', space]), ['link', 'del', bridge]]
    for (const words of all)
      try {
        ip(...words)
      } catch {
        // It was not made, or is gone.
      }
  }
  try {
    ip('link', 'add', bridge, 'type', 'bridge')
    ip('addr', 'add', `${net}.1/24`, 'dev', bridge)
    ip('link', 'set', bridge, 'up')
    for (const [i, { space, cable }] of names.entries()) {
      ip('netns', 'add', space)
      ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space)
      ip('link', 'set', cable, 'master', bridge, 'up')
      ip('-n', space, 'addr', 'add', `${net}.${i + 2}/24`, 'dev', 'eth0')
      ip('-n', space, 'link', 'set', 'eth0', 'up')
      ip('-n', space, 'link', 'set', 'lo', 'up')
    }
  } catch (error) {
    dispose()
    const [reason] = (error as Error).message.trim().split('\n').reverse()
    console.warn(`NOT TESTED: no network namespaces (${reason}); proxies cut the network of workers instead`)
    return undefined
  }
  const links = names.map(({ space, cable }) => ({
    prefix: ['ip', 'netns', 'exec', space],
    host: `${net}.1`,
    port,
    cut: () => void ip('link', 'set', cable, 'down'),
    mend: () => void ip('link', 'set', cable, 'up'),
  }))
  return { kind: 'network namespaces', address: `${net}.1`, links, dispose }
}

/** A proxy for each of so many workers, which passes nothing on while it is cut, and does not say so. */
export async function proxies(count: number, port: number): Promise<Network> {
  const made = await Promise.all(Array.from({ length: count }, () => proxy(port)))
  return {
    kind: 'proxies',
    address: '127.0.0.1',
    links: made,
    dispose: () => made.forEach((each) => each.close()),
  }
}

async function proxy(to: number): Promise<Link & { readonly close: () => void }> {
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => undefined)
      one.on('close', () => (sockets.delete(one), other.destroy()))
      if (isCut) one.pause()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    prefix: [],
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true
      for (const each of sockets) each.pause()
    },
    mend() {
      isCut = false
      for (const each of sockets) each.resume()
    },
    close() {
      for (const each of sockets) each.destroy()
      server.close()
    },
  }
}
