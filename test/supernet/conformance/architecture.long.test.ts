import '../../setup/shared.js'
import { architecturesConform } from './architecture.js'
import { table } from './table.js'

architecturesConform(table)
