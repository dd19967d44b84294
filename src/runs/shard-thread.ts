import { losses } from '../objective/losses.js'
import { terms } from '../registry.js'
import { serveShards } from '../train/workers/serve.js'

/** The program of a worker thread that computes shards; started by `runs/workers.ts`. */
await serveShards({ losses, terms })
