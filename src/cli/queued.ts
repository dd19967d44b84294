import { InputError } from '../base/errors.js'
import type { TrialExecutor } from '../compare/executor.js'
import { placeText } from '../compare/types.js'
import type { Arguments, CommandContext } from './command.js'
import { redisIn } from './fleet-options.js'
import { text } from './options.js'

/** How often the trials at work are told, in milliseconds. */
const tellEvery = 10_000

/**
 * The executor of `--queue`; undefined without it. Trials at work are told from time to time, unless `quiet`.
 */
export async function queuedExecutor(
  args: Arguments,
  { file, folder }: { readonly file: string; readonly folder: string },
  { say }: Pick<CommandContext, 'say'>,
): Promise<TrialExecutor | undefined> {
  const address = await redisIn(args, 'queue')
  if (!address) return undefined
  if (text(args, 'workers') !== undefined)
    throw new InputError(
      '--workers: expected none with --queue, where "sentei worker --concurrency" says how many trials run at a time',
    )
  const { requirePackages } = await import('../fleet/packages.js')
  await requirePackages('--queue', ['bullmq', 'ioredis'])
  const { connect } = await import('../fleet/connection.js')
  const { queueExecutor } = await import('../fleet/queue-executor.js')
  const connection = await connect(address, say)
  const atWork = new Map<string, { readonly text: string; readonly at: number }>()
  let told = performance.now()
  return queueExecutor({
    connection,
    folder,
    say,
    name: file,
    onBeat(planned, { stage, step, of, worker }) {
      if (args.quiet) return
      const now = performance.now()
      atWork.set(planned.key, {
        text: `${placeText(planned)}: ${stage} ${step}${of > 0 ? ` of ${of}` : ''} (${worker})`,
        at: now,
      })
      if (now - told < tellEvery) return
      told = now
      for (const [key, { at }] of atWork) if (now - at > tellEvery) atWork.delete(key)
      say(`at work: ${[...atWork.values()].map((each) => each.text).join('; ')}`)
    },
  })
}
