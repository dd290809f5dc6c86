import Basics

/// Drives the ``SchedulerMachine`` by the clock.
actor Scheduler {
    private var machine = SchedulerMachine()
    private let clock: WallClock
    private let wakeSignal: WakeSignal

    init(clock: WallClock) {
        self.clock = clock
        wakeSignal = WakeSignal(clock: clock)
    }

    func schedule(_ job: SchedulerMachine.Job, every cadence: Span, lastRunAt: Instant?) {
        machine.schedule(job, every: cadence, lastRunAt: lastRunAt, now: clock.now())
    }

    func schedule(_ job: SchedulerMachine.Job, at due: Instant) {
        machine.schedule(job, at: due)
    }

    func runNow(_ job: SchedulerMachine.Job) async {
        machine.runNow(job, now: clock.now())
        await wakeSignal.send()
    }

    func finished(_ job: SchedulerMachine.Job) async {
        machine.finished(job)
        await wakeSignal.send()
    }

    /// Waits for the next job; nil when the task is cancelled. `onWait` gets the time of the next scan.
    func nextJob(onWait: @Sendable (Instant?) async -> Void) async -> SchedulerMachine.Job? {
        while !Task.isCancelled {
            switch machine.next(now: clock.now()) {
            case .run(let job): return job
            case .sleep(let moment):
                await onWait(machine.nextRun(of: .onCall))
                await wakeSignal.wait(until: moment)
            }
        }
        return nil
    }
}
