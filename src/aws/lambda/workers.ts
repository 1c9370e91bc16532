import type { Scheduler } from '../../schedule/scheduler.ts'
import type { Gateway } from '../invoke.ts'
import { serviceCaller } from '../service-call.ts'
import { codeRemoval, removeCode } from './code.ts'
import { beginInvocation, invocationJob } from './invocation-queue.ts'
import { serviceName } from './operation.ts'

/** Has the scheduler run the invocations that nobody waits for, and remove code that nothing uses. */
export function registerLambdaWorkers(scheduler: Scheduler, gateway: Gateway): void {
  scheduler.register(codeRemoval, (job) => removeCode(gateway.platform.store, job))
  scheduler.register(invocationJob, (job) =>
    beginInvocation(gateway, job, (error) => {
      const { platform } = gateway
      const call = {
        requestId: job.id,
        caller: serviceCaller(serviceName),
        region: '',
        now: platform.clock.now(),
        sourceIp: serviceName,
        userAgent: serviceName,
        tls: undefined,
        moment: { head: 0 },
        via: [],
      }
      platform.reportFailure(call, 'lambda:Invoke', error)
    }),
  )
}
