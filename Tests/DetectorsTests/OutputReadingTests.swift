import Basics
import Detectors
import OnCallModel
import Testing

@Suite("Reading of outputs")
struct OutputReadingTests {
    @Test(
        "the feature's own output is taken out of its envelope",
        arguments: [
            (#"{"answer":1}"#, OutputSample.document(["answer": 1])),
            (#"{"role":"assistant","content":"{\"answer\":1}"}"#, .document(["answer": 1])),
            (#"{"role":"assistant","content":[{"type":"text","text":"{\"answer\":1}"}]}"#, .document(["answer": 1])),
            (
                #"[{"role":"user","content":"hi"},{"role":"assistant","content":"{\"answer\":1}"}]"#,
                .document(["answer": 1])
            ),
            (#"{"choices":[{"message":{"role":"assistant","content":"hello"}}]}"#, .text("hello")),
            ("```json\n{\"answer\": 1}\n```", .document(["answer": 1])),
            (#""{\"answer\":1}""#, .document(["answer": 1])),
            ("\"plain\"", .text("plain")), ("plain", .text("plain")), ("[]", .document([])),
            ("{}", .document(.object([]))),
            ("null", .blank), ("", .blank), ("  \n", .blank), ("\"\"", .blank), ("{broken", .text("{broken")),
            ("12 monkeys", .text("12 monkeys")), ("true", .document(true)),
        ])
    func reads(_ output: String, _ sample: OutputSample) {
        #expect(OutputSample(output) == sample)
    }

    @Test("a missing output is blank")
    func missing() {
        #expect(OutputSample(nil) == .blank)
    }
}
