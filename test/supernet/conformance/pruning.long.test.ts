import '../../setup/shared.js'
import { pruningConforms } from './pruning.js'
import { table } from './table.js'

pruningConforms(table)
