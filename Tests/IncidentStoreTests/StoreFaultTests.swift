import Basics
import IncidentStore
import SQLiteKit
import Testing

@Suite("Why a store cannot be written")
struct StoreFaultTests {
    /// The fault of statements on a connection to a new store.
    private func fault(of statements: String, beside others: String = "") async throws -> StoreFault? {
        let fixture = try Fixture()
        await (try await fixture.writer()).release()
        let other = try Connection(path: fixture.path, mode: .readWrite)
        try other.execute(others)
        defer { withExtendedLifetime(other) {} }
        do {
            try Connection(path: fixture.path, mode: .readWrite).execute("PRAGMA busy_timeout=10; " + statements)
            return nil
        } catch {
            return StoreFault(error, path: fixture.path)
        }
    }

    @Test("another program's lock, a full disk and a read-only file are told apart, each with its remedy")
    func causes() async throws {
        let locked = try await fault(of: "BEGIN IMMEDIATE", beside: "BEGIN IMMEDIATE")
        #expect(locked?.cause == .locked && locked?.sentence.contains("close it") == true)
        let full = try await fault(
            of: """
                PRAGMA max_page_count=1; CREATE TABLE filler (text TEXT);
                INSERT INTO filler VALUES (randomblob(1000000))
                """)
        #expect(full?.cause == .full && full?.sentence.contains("free some space") == true)
        let readOnly = try await fault(of: "PRAGMA query_only=ON; UPDATE agent_status SET pid = 2")
        #expect(readOnly?.cause == .readOnly)
        #expect(try await fault(of: "UPDATE agent_status SET pid = 2") == nil)
    }

    @Test("a console sees a foreign lock, and its end, without writing")
    func probe() async throws {
        let fixture = try Fixture()
        await (try await fixture.writer()).release()
        let probe = StoreProbe(fixture.path)
        #expect(await probe.fault() == nil)
        let other = try Connection(path: fixture.path, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        #expect(await probe.fault()?.cause == .locked)
        try other.execute("ROLLBACK")
        #expect(await probe.fault() == nil)
    }

    @Test("waiting does not help where another agent has the store, nor after an error that is not the store's")
    func others() {
        #expect(StoreFault(StoreError.held(path: "p", by: "a", since: nil), path: "p") == nil)
        #expect(StoreFault(CancellationError(), path: "p") == nil)
    }
}
