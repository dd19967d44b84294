import { Type } from '@sinclair/typebox'

/** A string out of a fixed list. */
export const oneOf = <T extends string[]>(values: [...T], options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values, ...options })
/** An object that has no other keys. */
export const object = <T extends Parameters<typeof Type.Object>[0]>(properties: T, options: object = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options })
/** A number from 0 to 1. */
export const fraction = (options: object = {}) => Type.Number({ minimum: 0, maximum: 1, ...options })

/** What a document may hold that only its reader knows. */
export type Json =
  string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json }

/** A part of a document that is checked where it is read: the options of a space, a schedule. */
export const json = Type.Unsafe<Json>(Type.Unknown())
