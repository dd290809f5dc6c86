import Basics
import JSON
import Testing

@Suite("Views of JSON documents")
struct JSONViewTests {
    private let page = Array(
        #"{"skip":{"id":"no","deep":[1,2.5,[]]},"data":[{"id":"a","n":1,"x":2.5,"on":true},{"id":"b","n":null}],"":7}"#
            .utf8)

    @Test("Members are found past nested values, and elements in their order")
    func navigation() throws {
        try JSONDocument.withView(of: page) { root in
            let rows = root["data"]?.elements.map { Array($0) } ?? []
            #expect(rows.map { $0["id"]?.string } == ["a", "b"])
            #expect(rows.map { $0["n"]?.integer } == [1, nil])
            #expect(rows[0]["n"]?.number == 1 && rows[0]["x"]?.number == 2.5 && rows[0]["on"]?.bool == true)
            #expect(rows[1]["n"]?.isNull == true && rows[1]["x"] == nil)
            #expect(root["data"]?[1]?["id"]?.string == "b" && root["data"]?[2] == nil && root["data"]?[-1] == nil)
            #expect(root["skip"]?["deep"]?.value == [1, 2.5, []])
            #expect(root[""]?.integer == 7)
        }
    }

    @Test("A question that does not fit the value is answered with nil")
    func mismatch() throws {
        try JSONDocument.withView(of: page) { root in
            #expect(root.string == nil && root.number == nil && root.bool == nil && root.elements == nil)
            #expect(root["data"]?["id"] == nil && root["data"]?.members == nil)
            #expect(root["skip"]?["id"]?["x"] == nil)
        }
    }

    @Test("A view agrees with the value of the same document", arguments: 0..<100)
    func agreement(seed: Int) throws {
        var random = SeededRandom(UInt64(seed) &+ 99)
        let value = random.value(depth: 5)
        try JSONDocument.withView(of: Array(value.serialized.utf8)) { root in
            #expect(root.value == value)
            for member in value.members ?? [] { #expect(root[member.name] != nil) }
            #expect(root.elements?.map(\.value) == value.array)
        }
    }

    @Test("Many tasks read documents at once")
    func concurrency() async throws {
        try await withThrowingTaskGroup(of: JSONValue.self) { group in
            for number in 0..<64 {
                group.addTask { try JSONDocument.parse("[\(number),\"\(number)\"]") }
            }
            var sum = 0
            for try await value in group { sum += value[0]?.int ?? 0 }
            #expect(sum == 2016)
        }
    }
}
