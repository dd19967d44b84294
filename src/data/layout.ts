import { zerosLike, type FloatArray } from './content.js'

/**
 * Moves the channels of images or sequences to the last axis: rows of [channels, positions] become rows of
 * [positions, channels]. Positions are pixels row by row, or time steps.
 */
export function toChannelsLast<T extends FloatArray>(values: T, positions: number, channels: number): T {
  if (channels === 1) return values
  const size = positions * channels
  const result = zerosLike(values, values.length)
  for (let start = 0; start < values.length; start += size) {
    for (let channel = 0; channel < channels; channel++) {
      const from = start + channel * positions
      for (let p = 0; p < positions; p++) result[start + p * channels + channel] = values[from + p]!
    }
  }
  return result
}

/** Names for channels without names: colours if an image has three. */
export const channelNames = (kind: 'images' | 'sequences' | 'table', channels: number): string[] =>
  kind === 'images' && channels === 3
    ? ['red', 'green', 'blue']
    : Array.from({ length: channels }, (_, c) => `${kind === 'table' ? 'feature' : 'channel'} ${c}`)
