import Basics
import OnCallModel
import Testing

@testable import Investigation

@Suite("Similar incidents")
struct RecallTests {
    private func traits(
        _ id: Int64, _ subject: String, type: DetectionType = .toolFailure, errors: Set<String> = [],
        files: Set<String> = [], tools: Set<String> = [], hour: Int = 0
    ) -> IncidentTraits {
        IncidentTraits(
            incident: id, type: type, subject: subject, errors: errors, files: files, tools: tools, weekHour: hour)
    }

    @Test("the class and the subject are enough; the class, the tools and the time are not")
    func threshold() {
        let now = traits(9, "crm_lookup", tools: ["search"], hour: 10)
        let same = traits(1, "crm_lookup", hour: 90)
        let alike = traits(2, "billing", tools: ["search"], hour: 10)
        let found = Recall.similar(to: now, among: [alike, same])
        #expect(found.map(\.past) == [1])
        #expect(found.first?.isSame == true)
        #expect(found.first?.why == ["+3.0 same subject (crm_lookup)", "+1.5 same class"])
    }

    @Test("error words and files make incidents of other subjects similar, but not the same")
    func words() {
        let words: Set = ["timeout", "upstream", "gateway"]
        let now = traits(9, "crm_lookup", errors: words, files: ["tools/crm.py"])
        let found = Recall.similar(to: now, among: [traits(1, "billing", errors: words, files: ["tools/crm.py"])])
        #expect(found.map(\.isSame) == [false])
        #expect(found.first?.why.first == "+2.5 3 error words in common (gateway, timeout, upstream)")
    }

    @Test("at most three are named, the most similar first, then the latest; an incident is not like itself")
    func order() {
        let past = (1...6).map { traits($0, "crm_lookup", hour: 60) }
        var best = traits(2, "crm_lookup", hour: 60)
        best.tools = ["search"]
        let now = traits(6, "crm_lookup", tools: ["search"])
        let found = Recall.similar(to: now, among: past.filter { $0.incident != 2 } + [best])
        #expect(found.map(\.past) == [2, 5, 4])
    }

    @Test("a cost that no feature explains is the same problem only by other signs")
    func project() {
        let now = traits(9, "project", type: .costSpike)
        #expect(Recall.similar(to: now, among: [traits(1, "project", type: .costSpike, hour: 0)]).isEmpty)
    }

    @Test("the traits of a case: the agent of a loop, the suspects' files, and the kind of the cause")
    func reading() {
        let file = CaseFile(finding: Stories.loop(), commits: Stories.all)
        let traits = Recall.traits(of: file, verdict: Blame.verdict(of: file), incident: 4)
        #expect(traits.subject == NamePattern.ofAgent("research-agent"))
        #expect(traits.files.contains("agents/research.py"))
        #expect(traits.cause == "a change of retrying" || traits.cause == "a change of when to stop")
        let spike = CaseFile(finding: Stories.spike(volume: 6.8, price: 1))
        #expect(Recall.traits(of: spike, verdict: Blame.verdict(of: spike), incident: 5).cause == "more traffic")
        let tokens = CaseFile(finding: Stories.spike(), commits: Stories.all)
        let verdict = Blame.verdict(of: tokens)
        #expect(Recall.traits(of: tokens, verdict: verdict, incident: 6).cause == "a change of tokens")
    }
}
