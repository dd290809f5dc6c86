import Basics
import Testing

@testable import SourceFetch
@testable import SourceSpec

@Suite("Hostile pages")
struct RowFuzzTests {
    private static let body =
        #"{"data":[{"id":"1","at":"2026-11-24T03:00:00.000Z","n":{"a":[1,{"k":"x","v":2}]},"b":"aGk=","e":1795489200},{"id":null}],"series":[{"metric":"m","pointlist":[[1,2],[3]]}],"meta":{"cursor":"c"}}"#

    private func reader(_ strategy: ResponseSpec.RowStrategy, _ format: ResponseSpec.Format) throws -> PageReader {
        let expressions: [ColumnExpression] = [
            .path(["id"]), .path(["n", "a", "1", "k"]), .currentRow, .joinArray(path: ["n", "a"], separator: ","),
            .joinArray(path: ["n", "a"], itemPath: ["k"], separator: ","), .base64Decode(.path(["b"])),
            .tagValue(path: ["n", "a"], key: "x", keyField: "k", valueField: "v"),
            .formatTimestamp(.path(["e"]), input: .seconds), .firstArrayItemPath(path: ["n", "a"], itemPath: ["k"]),
            .replace(.path(["at"]), from: "T", to: " "), .ifPresent(check: .path(["b"]), value: "yes"), .path(["at"]),
        ]
        let columns = zip(0..., expressions).flatMap { number, expression in
            ColumnType.allCases.map { ColumnSpec(name: "c\(number)\($0.rawValue)", type: $0, expression: expression) }
        }
        let table = TableSpec.items(
            PaginationSpec(mode: .cursorQuery(parameter: "cursor", responsePath: ["meta", "cursor"])),
            response: ResponseSpec(
                format: format, rowsPath: strategy == .direct ? ["data"] : [], rowStrategy: strategy), columns: columns)
        let plan = try ScanPlan(
            Scan(source: .sample(at: "http://127.0.0.1"), table: table), inputs: { _ in nil },
            now: Instant(milliseconds: 0), redaction: Redaction(), timeout: .seconds(1))
        return PageReader(plan)
    }

    @Test(
        "A damaged page is an error or rows of the right width, never a crash",
        arguments: [
            (ResponseSpec.RowStrategy.direct, ResponseSpec.Format.json), (.dictionaryEntries, .json),
            (.seriesPointList, .json), (.direct, .jsonEachRow),
        ])
    func damage(strategy: ResponseSpec.RowStrategy, format: ResponseSpec.Format) throws {
        let reader = try reader(strategy, format)
        let width = 12 * ColumnType.allCases.count
        let alphabet = Array("{}[]\",:0-9.eE \\u\nnulltrue".utf8) + [0, 0x80, 0xFF]
        var state = Fingerprint.hash((strategy.rawValue + format.rawValue).utf8)
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var readable = 0
        for _ in 0..<200 {
            var bytes = Array(Self.body.utf8)
            for _ in 0...below(2) { bytes[below(bytes.count)] = alphabet[below(alphabet.count)] }
            if below(10) == 0 { bytes.removeLast(below(bytes.count)) }
            do throws(PageFault) {
                let content = try reader.read(bytes)
                readable += 1
                for row in content.rows { #expect(row.count == width) }
            } catch { continue }
        }
        #expect(readable > 10)
    }
}
