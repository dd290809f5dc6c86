import Basics
import Testing

@testable import WebServer

@Suite("The connections of a server")
struct ConnectionTableTests {
    private static let start = Instant(milliseconds: 0)

    private func table(_ connections: Int, perPeer: Int? = nil) -> ConnectionTable {
        var limits = ConnectionLimits()
        (limits.connections, limits.perPeer) = (connections, perPeer ?? connections)
        return ConnectionTable(limits: limits)
    }

    @Test("a connection is closed when it exceeds the deadline of what it waits for, and only once")
    func deadlines() {
        let expected: [(ConnectionTable.Phase, Double?)] = [
            (.headers, 5), (.body, 10), (.handler, nil), (.sending, 30), (.idle, 30),
        ]
        for (phase, seconds) in expected {
            var table = table(10)
            _ = table.open(1, peer: 1, at: Self.start)
            table.enter(phase, 1, at: Self.start)
            let deadline = Self.start + .seconds(seconds ?? 3600)
            #expect(table.overdue(at: deadline - .milliseconds(1)) == [])
            #expect(table.overdue(at: deadline) == (seconds == nil ? [] : [1]), "\(phase)")
            #expect(table.overdue(at: deadline + .seconds(1)) == [], "\(phase)")
            table.close(1)
            #expect(table.isEmpty)
        }
    }

    @Test("a byte now and then does not extend the deadline of the headers")
    func dribble() {
        var table = table(10)
        _ = table.open(1, peer: 1, at: Self.start)
        #expect(table.overdue(at: Self.start + .seconds(5)) == [1])
        _ = table.open(2, peer: 1, at: Self.start)
        // The next request on the same connection has its own time.
        table.enter(.idle, 2, at: Self.start + .seconds(1))
        table.enter(.headers, 2, at: Self.start + .seconds(20))
        #expect(table.overdue(at: Self.start + .seconds(24)) == [])
        #expect(table.overdue(at: Self.start + .seconds(25)) == [2])
    }

    @Test("when the places are taken, the client that has kept the server waiting longest gives way to a new one")
    func eviction() {
        var table = table(3)
        for id in 1...3 { #expect(table.open(UInt(id), peer: 1, at: Self.start + .milliseconds(Int64(id))) == nil) }
        // A request that is being handled keeps its place.
        table.enter(.handler, 1, at: Self.start + .milliseconds(4))
        let later = Self.start + .seconds(1)
        #expect(table.open(4, peer: 1, at: later) == 2)
        #expect(table.open(5, peer: 1, at: later + .milliseconds(1)) == 3)
        #expect(table.open(6, peer: 1, at: later + .milliseconds(2)) == nil, "all others have just come")
        table.close(2)
        table.close(3)
        #expect(table.open(7, peer: 1, at: later + .seconds(1)) == 4)
    }

    @Test("a peer with many connections takes its own places alone")
    func peers() {
        var table = table(5, perPeer: 2)
        _ = table.open(1, peer: 9, at: Self.start)
        _ = table.open(2, peer: 1, at: Self.start + .milliseconds(1))
        _ = table.open(3, peer: 1, at: Self.start + .milliseconds(2))
        #expect(table.open(4, peer: 1, at: Self.start + .seconds(1)) == 2)
        #expect(table.open(5, peer: 9, at: Self.start + .seconds(1)) == nil)
    }
}
