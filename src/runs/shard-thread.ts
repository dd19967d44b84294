import { losses } from '../objective/losses.js'
import { terms } from '../registry.js'
import { serveShards } from '../train/workers/serve.js'

/** The program of a thread that computes shards; `runs/workers.ts` starts it. */
await serveShards({ losses, terms })
