import Basics
import FoundationEssentials
import OnCallModel
import Testing

@Suite("Profiles of outputs")
struct OutputProfileTests {
    private func profile(_ samples: OutputSample...) -> OutputProfile {
        var profile = OutputProfile()
        for sample in samples { profile.add(sample) }
        return profile
    }

    @Test("a path counts once a sample, and is possible where its parent stands")
    func counts() {
        let profile = profile(
            .document(["a": 1, "items": [["id": 1], ["id": "x"]]]), .document(["a": "one"]), .text("sorry"), .blank,
            .document(["a": nil, "extra": true]))
        #expect((profile.samples, profile.texts, profile.blanks, profile.documents) == (5, 1, 1, 3))
        #expect(
            profile.places["$.a"]
                == OutputProfile.Place(kinds: [.number: 1, .string: 1, .null: 1], present: 3, possible: 3))
        #expect(profile.places["$.items[].id"]?.present == 1)
        #expect(profile.places["$.items[].id"]?.possible == 1, "its list stood in one sample alone")
        #expect(profile.places["$.extra"] == OutputProfile.Place(kinds: [.boolean: 1], present: 1, possible: 3))
    }

    @Test("what was written is read back the same")
    func roundTrip() throws {
        let profile = profile(.document(["a": [1, 2], "b": ["c.d": nil]]), .text("no"), .blank)
        let stored = Data(profile.json.serialized.utf8)
        #expect(try JSONDecoder().decode(OutputProfile.self, from: stored) == profile)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(OutputProfile.self, from: Data(#"{"samples":1}"#.utf8))
        }
    }

    @Test("whatever is fed to it, a profile stays small")
    func bounds() {
        var profile = OutputProfile()
        for number in 0..<300 {
            profile.add(.document(.object([JSONValue.Member("key \(number)", ["x": 1])])))
        }
        #expect(profile.places.count <= OutputProfile.maxPaths)
        var deep = JSONValue.integer(1)
        for _ in 0..<100 { deep = .object([.init("d", deep)]) }
        profile = OutputProfile()
        profile.add(.document(deep))
        #expect(profile.places.count == OutputProfile.maxDepth + 1)
    }
}
