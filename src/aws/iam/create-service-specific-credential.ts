import { noSuchService } from './messages.ts'
import { operation } from './operation.ts'
import { userNamed } from './user.ts'

/** No service that takes credentials of its own is served here, so every name is one too many. */
export const createServiceSpecificCredential = operation('CreateServiceSpecificCredential', {
  on: userNamed,
  async handle(input) {
    throw noSuchService(input.ServiceName)
  },
})
