import { Type } from '@sinclair/typebox'

const strict = { additionalProperties: false, default: {} }

type Safeguard = 'none' | 'hold-gates' | 'stop' | { term: string; lambda: number }

/** The limit of an alarm, and the safeguard that acts when it is exceeded. */
const settings = (limit: number, description: string, safeguard: Safeguard = 'none') => ({
  limit: Type.Number({ minimum: 0, default: limit, description }),
  safeguard: Type.Union(
    [
      Type.Unsafe<'none' | 'hold-gates' | 'stop'>({ type: 'string', enum: ['none', 'hold-gates', 'stop'] }),
      Type.Object(
        { term: Type.String(), lambda: Type.Number({ exclusiveMinimum: 0 }) },
        { additionalProperties: false },
      ),
    ],
    {
      default: safeguard,
      description:
        'hold the gates for the rest of the phase, stop with the gates of the last good evaluation, or a term on the gates of the layer while the alarm stands',
    },
  ),
})

const after = (share: number, description: string) => ({
  after: Type.Number({ minimum: 0, maximum: 1, default: share, description }),
})

/** The alarms of a search by name; `src/search/watch/alarms/` implements them. */
export const Alarms = Type.Object(
  {
    collapse: Type.Object(
      settings(0.8, 'share of a layer’s edges on which skip, pooling or none lead', {
        term: 'skip-share',
        lambda: 20,
      }),
      strict,
    ),
    dominance: Type.Object(settings(0.9, 'share of all edges on which one operation leads'), strict),
    'dead-layer': Type.Object(settings(0.01, 'share of the largest entropy, before pruning begins'), strict),
    stuck: Type.Object(
      {
        ...settings(0.01, 'movement of a layer’s normalised gates since the start'),
        ...after(0.5, 'share of λ on the layer’s gates, summed over time'),
      },
      strict,
    ),
    undecided: Type.Object(
      {
        ...settings(0.95, 'share of the largest entropy'),
        ...after(0.8, 'share of the time to the projection'),
      },
      strict,
    ),
  },
  strict,
)
