import Basics
import Configuration
import HTTPClient
import SourceEngine
import SourceFetch
import SourceSpec

/// `sentinel source test NAME`: checks the recorded samples, and then the provider if the inputs are set.
enum SourceTest {
    static func run(_ name: String, _ context: SourceContext) async throws -> ExitStatus {
        let spec = try context.source(name)
        var checks = samples(of: spec, in: context.catalog.origins[spec.name]?.folder ?? "")
        let missing = spec.missingInputs { context.environment[$0] }
        if missing.isEmpty {
            let engine = try TestEngine(spec, context)
            for statement in statements(of: spec) { checks.append(await engine.check(statement)) }
        }
        let set = RowSet(columns: ["check", "what", "result", "rows", "calls", "note"], rows: checks.map(\.row))
        context.format.write(set.objects, or: checks.map { $0.line + "\n" }.joined())
        let failed = checks.count { $0.failure != nil }
        if failed > 0 { Output.complain(Notice.checksFailed(failed, of: checks.count, spec.name)) }
        if !missing.isEmpty { Output.complain(Notice.providerNotTested(spec.name, missing: missing)) }
        return failed > 0 ? .failed : missing.isEmpty ? .done : .partial
    }

    private static func samples(of spec: SourceSpec, in folder: String) -> [SourceCheck] {
        RecordedSample.all(of: spec, in: folder).map { sample in
            var check = SourceCheck(kind: "sample", what: sample.name)
            do throws(RecordedSample.Fault) {
                check.rows = try sample.check()
            } catch {
                check.failure = "\(error)"
            }
            return check
        }
    }

    /// The test queries of the manifest, then one for each table without a required filter.
    private static func statements(of spec: SourceSpec) -> [String] {
        let probes = spec.tables.filter { !$0.filters.contains(where: \.isRequired) }.map { table in
            "SELECT * FROM \(spec.name).\(quoted(table.name)) LIMIT 1"
        }
        return spec.testQueries + probes.filter { !spec.testQueries.contains($0) }
    }

    private static func quoted(_ name: String) -> String {
        let isPlain =
            name.first?.isLetter == true && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        return isPlain ? name : "\"\(name.replacing("\"", with: "\"\""))\""
    }
}

/// The result of one check.
struct SourceCheck: Hashable, Sendable {
    var kind: String
    var what: String
    var rows: Int?
    var calls = 0
    /// Why it failed and what to do; nil if it passed.
    var failure: String?

    var row: [Value] {
        [.text(kind), .text(what), .text(failure == nil ? "ok" : "failed"), Value(rows), Value(calls), Value(failure)]
    }

    var line: String {
        let count = rows.map { "\($0) row\($0 == 1 ? "" : "s")" } ?? ""
        let asked = calls == 0 ? "" : ", \(calls) call\(calls == 1 ? "" : "s")"
        return TextTable.inert("\(failure == nil ? "ok    " : "failed")  \(kind) \(what): \(failure ?? count + asked)")
    }
}

/// An engine over one source, without mirrors: a test reads one page of each table and stores no history.
private struct TestEngine {
    private let engine: SourceEngine
    /// The engine's files.
    private let folder: TemporaryFolder

    init(_ spec: SourceSpec, _ context: SourceContext) throws {
        let inputs: @Sendable (String) -> String? = { [environment = context.environment] in environment[$0] }
        let redaction = Redaction(secrets: context.environment.secrets(of: context.catalog.secretNames))
        let pages = SourcePages(
            fetcher: SourceFetcher(client: HTTPClient(), inputs: inputs, redaction: redaction),
            scanner: FileScanner(inputs: inputs, redaction: redaction))
        folder = try TemporaryFolder("source-test")
        var configuration = SourceEngineConfiguration(
            mirrorDirectory: folder.path, specs: [spec], pages: pages, inputs: inputs)
        configuration.mirrors = false
        engine = SourceEngine(configuration)
    }

    func check(_ statement: String) async -> SourceCheck {
        let oneLine = statement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        var check = SourceCheck(kind: "query", what: oneLine)
        do throws(QueryError) {
            let result = try await engine.query(statement)
            check.rows = result.rows.count
            check.calls = result.calls
            check.failure = result.sources.lazy.filter(\.state.isIncomplete).compactMap(\.message).first
        } catch {
            check.failure = "\(error)"
        }
        return check
    }
}
