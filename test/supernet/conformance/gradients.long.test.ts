import '../../setup/shared.js'
import { gradientsConform } from './gradients.js'
import { table } from './table.js'

gradientsConform(table)
