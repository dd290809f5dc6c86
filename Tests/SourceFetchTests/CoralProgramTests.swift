import Basics
import SourceFetch
import TestSupport
import Testing

@Suite("The program coral")
struct CoralProgramTests {
    /// What is made of the text, when `coral sql` prints it.
    private func rows(_ text: String, columns: [String] = []) async throws -> RowSet {
        try await FakeCoral("cat <<'END'\n\(text)\nEND").run("SELECT 1", columns: columns)
    }

    // MARK: Finding it

    @Test("It is the path of the settings, else SENTINEL_CORAL, else the first on PATH")
    func found() async throws {
        let first = try FakeCoral("echo coral 0.4.1")
        let second = try FakeCoral("echo coral 0.1.1")
        defer { withExtendedLifetime((first, second)) {} }
        let search = "/nonexistent:\(first.folder.path):\(second.folder.path)"
        let fromPath = CoralProgram(path: nil, environment: ["PATH": search], clock: .system)
        #expect(fromPath.path == first.path)
        #expect(try await fromPath.version() == "0.4.1")
        let named = CoralProgram(
            path: "", environment: ["PATH": search, "SENTINEL_CORAL": second.path], clock: .system)
        #expect(try await named.version() == "0.1.1")
        let given = CoralProgram(path: first.path, environment: ["SENTINEL_CORAL": second.path], clock: .system)
        #expect(try await given.version() == "0.4.1")
    }

    @Test("If it is missing, the error says how to install it, and nothing is called")
    func missing() async throws {
        let none = CoralProgram(path: nil, environment: ["PATH": "/nonexistent"], clock: .system)
        let error = await sourceError { _ = try await none.run("SELECT 1") }
        #expect(none.path == nil && error?.kind == .notConfigured && error?.calls == 0)
        #expect(error?.reason == "coral is not on the PATH.")
        #expect(error?.remedy.contains("SENTINEL_CORAL") == true)
        let wrong = CoralProgram(path: "/nonexistent/coral", environment: [:], clock: .system)
        #expect(await sourceError { _ = try await wrong.version() }?.reason == "/nonexistent/coral is not a program.")
        let other = try FakeCoral("echo usage: something else")
        defer { withExtendedLifetime(other) {} }
        let stranger = CoralProgram(path: other.path, environment: [:], clock: .system)
        #expect(await sourceError { _ = try await stranger.version() }?.kind == .notConfigured)
    }

    @Test("It gets one unchanged statement, in its own environment")
    func call() async throws {
        let fake = try FakeCoral(
            #"printf '[{"n":"%s","sql":"%s","format":"%s","home":"%s"}]' "$#" "$4" "$2$3" "$CORAL_CONFIG_DIR""#)
        let environment = ["CORAL_CONFIG_DIR": "/etc/coral"]
        let set = try await fake.run("SELECT ';rm -rf $HOME' -- \u{e4}", environment)
        let record = try #require(set.records.first)
        #expect(record["sql"] == "SELECT ';rm -rf $HOME' -- \u{e4}" && record["n"] == "4")
        #expect(record["format"] == "--formatjson" && record["home"] == "/etc/coral")
        let comment = try #require(try await fake.run("-- all\\nSELECT 1").records.first)
        #expect(comment["sql"] == " -- all\nSELECT 1")
    }

    // MARK: Its answer

    @Test("Values of every kind, with NULL omitted or written")
    func values() async throws {
        let later = try await rows(
            #"[{"i":9007199254740993,"f":1.5,"n":null,"b":true,"j":"{\"a\":[1]}","t":"2026-05-01T00:00:00Z","l":[1,"x"]},{"i":-1,"f":null,"n":null,"b":false,"j":null,"t":"2026-05-01T00:00:00.123456","l":null}]"#
        )
        #expect(later.columns == ["i", "f", "n", "b", "j", "t", "l"])
        #expect(
            later.rows == [
                [9_007_199_254_740_993, 1.5, nil, 1, #"{"a":[1]}"#, "2026-05-01T00:00:00.000Z", #"[1,"x"]"#],
                [-1, nil, nil, 0, nil, "2026-05-01T00:00:00.123Z", nil],
            ])
        let early = try await rows(#"[{"b":1},{"a":2,"c":"2026-05-01"},{}]"#)
        #expect(early.columns == ["b", "a", "c"])
        #expect(early.rows == [[1, nil, nil], [nil, 2, "2026-05-01"], [nil, nil, nil]])
    }

    @Test("Expected columns keep their order, even if no row has them")
    func expected() async throws {
        let set = try await rows(#"[{"b":1},{"c":3}]"#, columns: ["a", "b"])
        #expect(set.columns == ["a", "b", "c"] && set.rows == [[nil, 1, nil], [nil, nil, 3]])
        let empty = try await rows("[]", columns: ["a"])
        #expect(empty.columns == ["a"] && empty.rows.isEmpty)
    }

    @Test("Two columns with the same name are both returned, or an error if a NULL makes them ambiguous")
    func sameName() async throws {
        let set = try await rows(#"[{"id":1,"id":2},{"id":3,"id":null}]"#)
        #expect(set.columns == ["id", "id"] && set.rows == [[1, 2], [3, nil]])
        let error = await sourceError { _ = try await rows(#"[{"id":1,"id":2},{"id":3}]"#) }
        #expect(error?.kind == .unsupported && error?.remedy == "Give each column its own name with AS.")
    }

    @Test(
        "What is no list of rows is malformed, never empty",
        arguments: ["", "Rows: 3", "[{\"a\":1}", "{\"a\":1}", "[1]", "[{\"a\":1}]\n[{\"a\":1}]"])
    func garbage(text: String) async {
        let error = await sourceError { _ = try await rows(text) }
        #expect(error?.kind == .malformed && error?.calls == 1)
        #expect(error?.request == "coral sql SELECT 1")
    }

    // MARK: Its ends

    @Test("Output larger than the maximum is stopped")
    func huge() async throws {
        let fake = try FakeCoral("exec head -c 70000000 /dev/zero")
        let error = await sourceError { _ = try await fake.run("SELECT 1") }
        #expect(error?.kind == .tooMuch && error?.reason == "Coral's output is larger than 64 MB.")
    }

    @Test("A deadline ends the program")
    func deadline() async throws {
        let fake = try FakeCoral("exec sleep 60")
        let error = await sourceError {
            _ = try await fake.run("SELECT 1", until: ContinuousClock.now + .milliseconds(200))
        }
        #expect(error?.kind == .timedOut)
    }

    @Test("A crash is reported with the last error output, without secrets")
    func crash() async throws {
        let fake = try FakeCoral("echo \"thread 'main' panicked at $GITHUB_TOKEN\" >&2; kill -ABRT $$")
        let error = await sourceError {
            _ = try await fake.run("SELECT 1", ["GITHUB_TOKEN": "hunter2-hunter2"])
        }
        #expect(error?.kind == .unavailable)
        #expect(error?.reason == "Coral was terminated by signal 6: thread 'main' panicked at [redacted].")
    }

    @Test("A statement that is not a valid program argument is rejected before the call")
    func unsendable() async throws {
        let fake = try FakeCoral("echo '[]'")
        let long = await sourceError {
            _ = try await fake.run("SELECT '" + String(repeating: "x", count: 200_000) + "'")
        }
        #expect(long?.kind == .unsupported && long?.calls == 0 && (long?.request.count ?? 0) < 400)
        let zero = await sourceError { _ = try await fake.run("SELECT '\0'") }
        #expect(zero?.kind == .unsupported)
    }
}
