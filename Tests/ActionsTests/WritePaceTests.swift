import Basics
import Testing

@testable import Actions

@Suite("The pace of writes")
struct WritePaceTests {
    @Test("Writes are at least one second apart, also those that come at once")
    func pace() async {
        let now = Lock(Instant(seconds: 1_000_000))
        let slept = Lock<[Double]>([])
        let pace = WritePace(clock: WallClock { now.withLock { $0 } }) { span in
            slept.withLock { $0.append(span.seconds) }
            now.withLock { $0 = $0 + span }
        }
        await pace.wait()
        await pace.wait()
        now.withLock { $0 = $0 + .milliseconds(400) }
        await pace.wait()
        now.withLock { $0 = $0 + .seconds(9) }
        await pace.wait()
        #expect(slept.withLock { $0 } == [1, 0.6])
    }
}
