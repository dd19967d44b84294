import { pruningConforms } from './pruning.js'
import { sample } from './table.js'

pruningConforms(sample)
