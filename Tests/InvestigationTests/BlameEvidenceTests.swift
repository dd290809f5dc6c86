import Basics
import OnCallModel
import Testing

@testable import Investigation

@Suite("Blame by other sources")
struct BlameEvidenceTests {
    private static let quiet = Stories.commit(
        "1ab0000000000000000000000000000000000000", "feat: better parsing", hoursBefore: 3,
        [Stories.file("app/reports/builder.py", "+def build(rows): return rows")])
    private static let other = Stories.commit(
        "2cd0000000000000000000000000000000000000", "feat: invoices", hoursBefore: 0.5,
        [Stories.file("billing/export.py", "+def export(rows): return rows")])

    private func finding(
        _ type: DetectionType, subject: String = "reporter", facts: FindingFacts? = nil
    ) -> Finding {
        Finding(
            facts: facts ?? FindingFacts(type), severity: .high, fingerprint: Fingerprint(type.rawValue, subject),
            subject: subject, description: "", sql: "", onset: Stories.onset, lastSeen: Stories.onset + .minutes(30),
            costPerHour: 1)
    }

    private func why(_ file: CaseFile, _ commit: CommitFact) -> [String] {
        Blame.verdict(of: file).ranking.first { $0.sha == commit.sha }?.why ?? []
    }

    @Test("a file where Sentry places a new error counts; the bare name of a common file does not")
    func reach() {
        func terms(_ culprit: String, _ location: String) -> [String] {
            let error = ErrorFact(
                id: "1", title: "KeyError: rows", level: "error", count: 3, firstSeen: Stories.onset,
                lastSeen: Stories.onset, culprit: culprit, location: location)
            return why(
                CaseFile(finding: finding(.errorCascade, subject: "1"), commits: [Self.quiet], errors: [error]),
                Self.quiet)
        }
        for (culprit, location) in [
            ("", "app/reports/builder.py"), ("reports.builder in build", ""), ("", "/srv/app/reports/builder.py"),
        ] {
            #expect(terms(culprit, location).contains { $0.hasPrefix("+1.5 changes app/reports/builder.py") })
        }
        for (culprit, location) in [("", ""), ("build", ""), ("", "lib/other/builder.rb/x.py"), ("web.export", "")] {
            #expect(!terms(culprit, location).contains { $0.contains("where Sentry places") }, "\(culprit) \(location)")
        }
    }

    @Test("a change counts by its deployment; one deployed after the onset counts against it")
    func deployment() {
        func alignment(_ deployed: Double, environment: String = "production") -> String {
            var file = CaseFile(finding: finding(.toolFailure), commits: [Self.quiet])
            file.surroundings.deploys = [
                DeployFact(
                    id: "1", sha: Self.quiet.sha, ref: "v1", environment: environment,
                    at: Stories.onset + .minutes(deployed))
            ]
            return why(file, Self.quiet).first { $0.contains("onset") } ?? ""
        }
        #expect(alignment(-6) == "+1.0 deployed as v1 to production 6 min before the onset")
        #expect(alignment(40) == "-1.5 deployed as v1 to production only 40 min after the onset")
        #expect(alignment(40, environment: "staging") == "+0.9 landed 3.0 h before the onset")
    }

    @Test("a deployment contains the commits since the previous one, by their parents")
    func parents() {
        func sha(_ digit: Character) -> String { String(repeating: digit, count: 40) }
        func commit(_ digit: Character, hours: Double, _ parents: [String]) -> CommitFact {
            CommitFact(
                sha: sha(digit), message: "change \(digit)", author: "a", date: Stories.onset - .hours(hours),
                files: [Stories.file("app/x\(digit).py", "+1")], parents: parents)
        }
        var file = CaseFile(
            finding: finding(.toolFailure),
            commits: [
                commit("d", hours: 1, [sha("c"), sha("b")]), commit("c", hours: 2, [sha("a")]),
                commit("b", hours: 20, [sha("a")]), commit("a", hours: 30, []),
            ])
        file.surroundings.deploys = [
            DeployFact(id: "2", sha: sha("d"), ref: "v2", at: Stories.onset - .minutes(30)),
            DeployFact(id: "1", sha: sha("c"), ref: "v1", at: Stories.onset - .minutes(90)),
        ]
        #expect(
            why(file, file.commits[2]).contains { $0.contains("deployed as v2 30 min before") }, "b came with the merge"
        )
        #expect(
            why(file, file.commits[1]).contains {
                $0.contains("deployed as v1 90 min before") || $0.contains("1.5 h before")
            })
        #expect(why(file, file.commits[3]).contains { $0.contains("landed") }, "a was there before")
    }

    @Test("a release that fails unlike the previous one counts for its commit")
    func releaseContrast() {
        var file = CaseFile(finding: finding(.toolFailure), commits: [Self.quiet, Self.other])
        file.surroundings.releases = [
            ReleaseFact(name: "v2", source: "github", sha: Self.quiet.sha, at: Stories.onset - .minutes(20))
        ]
        func share(_ value: String, _ failed: Int, _ calls: Int, hours: Double) -> ShareFact {
            ShareFact(
                kind: .release, value: value, calls: calls, failed: failed, first: Stories.onset - .hours(hours),
                last: Stories.onset)
        }
        file.surroundings.shares = [share("v1", 1, 400, hours: 3), share("v2", 41, 60, hours: 0.2)]
        #expect(Blame.suspects(of: file).map(\.sha) == [Self.quiet.sha])
        #expect(
            why(file, Self.quiet).contains {
                $0.hasPrefix("+2.0 41 of 60 calls of release v2 fail, 1 of 400 others (p < 1e-9)")
            })
        file.surroundings.shares = [share("v1", 1, 400, hours: 3), share("v2", 1, 60, hours: 0.2)]
        #expect(Blame.suspects(of: file).isEmpty, "as many fail as before")
    }

    @Test("a failing prompt version has no suspect commit, unless one changes that prompt")
    func promptContrast() {
        let contrast = SchemaDriftFacts.with {
            $0.isPromptContrast = true
            $0.contrasts = [
                .with {
                    ($0.value, $0.failing, $0.of) = ("reporter-prompt v14", 41, 60)
                    ($0.othersFailing, $0.othersOf, $0.p) = (0, 200, 1e-30)
                }
            ]
        }
        let outside = CaseFile(finding: finding(.promptDrift, facts: .drift(.schema(contrast))), commits: [Self.quiet])
        let verdict = Blame.verdict(of: outside)
        #expect(verdict.suspects.isEmpty && verdict.noCodeCause.score == 2.5)
        #expect(
            verdict.noCodeCause.why.first == "+1.5 reporter-prompt v14: 41 of 60 fail, the others: 0 of 200")
        #expect(verdict.abstention?.contains("the prompt in Langfuse") == true)
        let inside = Stories.commit(
            "3ef0000", "prompt: shorter", hoursBefore: 1, [Stories.file("prompts/reporter.txt", "-Answer\n+Reply")])
        let file = CaseFile(
            finding: finding(.promptDrift, facts: .drift(.schema(contrast))), commits: [Self.quiet, inside])
        #expect(Blame.suspects(of: file).first?.sha == "3ef0000")
    }

    @Test("a commit that removes the missing key is the suspect for drift; lowered limits count too")
    func drift() {
        let facts = SchemaDriftFacts.with {
            ($0.violations, $0.newKeys) = ([.with { $0.path = "$.confidence" }], ["certainty"])
        }
        let rename = Stories.commit(
            "4aa0000", "tidy", hoursBefore: 2,
            [Stories.file("app/schema.py", "-    \"confidence\": number,\n+    \"certainty\": number,")])
        let file = CaseFile(
            finding: finding(.promptDrift, facts: .drift(.schema(facts))),
            commits: [rename, Self.other, Stories.readme])
        let suspect = Blame.suspects(of: file).first
        #expect(suspect?.sha == "4aa0000")
        #expect(suspect?.why.contains { $0.contains("removes confidence and adds certainty") } == true)
        let cut = Stories.commit(
            "5bb0000", "save money", hoursBefore: 2, [Stories.file("app/llm.py", "-max_tokens=900\n+max_tokens=60")])
        let short = CaseFile(finding: finding(.promptDrift), commits: [cut, Self.other])
        #expect(Blame.suspects(of: short).first?.sha == "5bb0000")
    }

    @Test("a changed tool address has a suspect commit; a quota has none")
    func tools() {
        let move = Stories.commit(
            "6cc0000", "move search", hoursBefore: 2,
            [Stories.file("app/web.py", "-URL = \"https://a.example/v1\"\n+URL = \"https://a.example/v2\"")])
        let finding = finding(.toolFailure, subject: "web-search")
        #expect(Blame.suspects(of: CaseFile(finding: finding, commits: [move, Self.other])).first?.sha == "6cc0000")
        var quota = finding
        quota.facts = .tool(
            .outputs(.with { $0.examples = [.with { $0.begins = "429: monthly quota is used up" }] }))
        let verdict = Blame.verdict(of: CaseFile(finding: quota, commits: [Self.quiet, Self.other]))
        #expect(verdict.suspects.isEmpty && verdict.noCodeCause.why.first?.contains("quota") == true)
    }

    @Test("recent fixes and later reverts count")
    func fixes() {
        let fix = Stories.commit(
            "7dd0000", "fix: builder loses rows", hoursBefore: 30,
            [Stories.file("app/reports/builder.py", "-x\n+y")])
        let revert = Stories.commit("8ee0000", "Revert \"feat: better parsing\"", hoursBefore: -2)
        let file = CaseFile(finding: finding(.toolFailure), commits: [revert, Self.quiet, fix, Self.other])
        let terms = why(file, Self.quiet)
        #expect(terms.contains("+1.5 8ee0000 reverted it afterwards"))
        #expect(terms.contains { $0.contains("was fixed once in the days before") })
        #expect(!Blame.verdict(of: file).ranking.contains { $0.sha == "8ee0000" }, "it came after the onset")
    }

    @Test("the candidate without a code cause always exists, with its terms")
    func noCode() {
        let verdict = Blame.verdict(of: CaseFile(finding: Stories.spike(volume: 6.8, price: 1)))
        #expect(verdict.noCodeCause.score == 3)
        #expect(
            verdict.noCodeCause.why == [
                "+2.0 volume is ×6.8 at an unchanged unit price (×1.0)", "+1.0 the baseline that a commit must exceed",
            ])
        #expect(Blame.verdict(of: CaseFile(finding: Stories.loop())).noCodeCause.score == 1)
    }

    @Test("a commit on another feature is no suspect, unless the failing traces call that feature")
    func otherFeature() {
        let change = Stories.commit(
            "9ff0000", "longer answers", hoursBefore: 2,
            [Stories.file("src/support_bot/agent.py", "-max_retries = 1\n+max_retries = 6")])
        var file = CaseFile(finding: Stories.loop(), commits: [change])
        #expect(Blame.suspects(of: file).first?.sha == "9ff0000", "nothing is known of what is called")
        file.surroundings.names = ["support-bot", "retry-search"]
        #expect(Blame.suspects(of: file).isEmpty)
        #expect(why(file, change).contains { $0.hasPrefix("-3.0") && $0.contains("support-bot") })
        file.surroundings.traces = [
            TraceTree(
                traceID: "a3f9d21b", name: "research-agent",
                steps: [
                    .init(id: "1", parent: nil, type: "AGENT", name: "support-bot", start: Stories.onset, end: nil)
                ],
                asOf: Stories.onset)
        ]
        #expect(Blame.suspects(of: file).first?.sha == "9ff0000")
    }
}
