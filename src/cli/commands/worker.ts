import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { expected } from '../../base/errors.js'
import type { BackendName } from '../../backend/start.js'
import { command, files } from '../command.js'
import { redisCa, redisIn } from '../fleet-options.js'
import { backend, integer, text } from '../options.js'
import { names } from '../names.js'

export const worker = command({
  usage: 'worker',
  description: 'run the trials that comparisons on other machines put into a queue',
  options: {
    redis: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe: 'the Redis with the queue: redis://HOST:PORT, or rediss://HOST:PORT with TLS',
    },
    'redis-ca': redisCa,
    concurrency: {
      type: 'string',
      requiresArg: true,
      describe: 'the number of trials that run at a time; 1 by default',
    },
    shared: {
      type: 'string',
      requiresArg: true,
      suggest: [files],
      describe: 'a folder that all workers share, with checkpoints from which they take over trials',
    },
    cache: {
      type: 'string',
      requiresArg: true,
      suggest: [files],
      describe: 'the folder that keeps data; ~/.cache/sentei by default',
    },
    backend,
    'relaxed-simd': {
      type: 'boolean',
      default: false,
      describe: 'take trials with relaxedSimd, and no others',
    },
    takeover: {
      type: 'string',
      requiresArg: true,
      describe: 'the seconds of silence after which another worker takes over a trial; 30 by default',
    },
    idle: {
      type: 'string',
      requiresArg: true,
      describe: 'end after this many seconds without a trial; by default wait for ever',
    },
    'metrics-port': {
      type: 'string',
      requiresArg: true,
      describe: 'serve metrics for Prometheus at this port; 0 takes a free one',
    },
    'metrics-host': {
      type: 'string',
      requiresArg: true,
      describe: 'the address at which metrics are served; 127.0.0.1 by default',
    },
  },
  async run(args, { say, signal, onStoppable }) {
    const concurrency = integer(args, 'concurrency', 1) ?? 1
    const takeover = integer(args, 'takeover', 1) ?? 30
    const idle = integer(args, 'idle', 1)
    const port = integer(args, 'metrics-port', 0)
    const shared = text(args, 'shared')
    const cache =
      text(args, 'cache') ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sentei')
    const chosen = text(args, 'backend') ?? 'wasm'
    if (!(names.backends as readonly string[]).includes(chosen))
      throw expected('--backend', `one of ${names.backends.join(', ')}`, chosen)
    if (port !== undefined && port > 65_535) throw expected('--metrics-port', 'integer from 0 to 65535', port)
    const redis = (await redisIn(args, 'redis'))!
    const { requirePackages } = await import('../../fleet/packages.js')
    await requirePackages('worker', ['bullmq', 'ioredis', ...(port === undefined ? [] : ['prom-client'])])
    const { serve } = await import('../../fleet/worker.js')
    onStoppable?.(true)
    try {
      await serve({
        redis,
        concurrency,
        takeover,
        idle,
        say,
        signal,
        backend: chosen as BackendName,
        relaxed: args['relaxed-simd'] === true,
        cache: resolve(cache),
        ...(shared !== undefined && { shared: resolve(shared) }),
        ...(port !== undefined && { metrics: { port, host: text(args, 'metrics-host') ?? '127.0.0.1' } }),
      })
    } finally {
      onStoppable?.(false)
    }
  },
})
