import Basics
import OnCallModel
import Testing

@Suite("Executors in the settings")
struct ExecutorRowTests {
    private func problem(_ rows: JSONValue) -> String? {
        var settings = Settings()
        do throws(SettingProblem) {
            try settings.set("executors", to: rows)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("a row names what its kind needs, and nothing else")
    func members() {
        #expect(problem([["kind": "litellm_key", "key": "abc"]]) == nil)
        #expect(problem([["kind": "litellm_key"]])?.contains("executors[0] (litellm_key) needs key.") == true)
        #expect(problem([["kind": "kill_flag", "key": "abc"]])?.contains("does not use key") == true)
        #expect(
            problem([["kind": "pagerduty_event", "event": "page"]])?.contains("trigger, acknowledge, resolve") == true)
        #expect(problem([["kind": "github_revert", "repository": "assistant"]])?.contains("owner/name") == true)
        #expect(problem([["kind": "litellm_block", "key": "abc"]]) != nil)
    }

    @Test("a key itself is refused: it is a secret")
    func secret() {
        #expect(problem([["kind": "litellm_key", "key": "sk-abcdef"]])?.contains("write its hash") == true)
    }

    @Test("rows fit agents and features by patterns, in their order")
    func ladder() throws {
        var settings = Settings()
        try settings.set(
            "executors",
            to: [
                ["agent": "support-*", "kind": "webhook"],
                ["agent": "support-*", "kind": "litellm_key", "key": "a"],
                ["feature": "answer", "kind": "langfuse_prompt", "prompt": "answer"],
                ["kind": "linear_issue", "team": "ENG"],
            ])
        let ladder = Ladder(settings.executors)
        #expect(ladder.rungs(agent: "support-bot").map(\.kind) == [.litellmKey])
        #expect(ladder.rungs(agent: "support-bot", features: ["answer"]).map(\.kind) == [.litellmKey, .langfusePrompt])
        #expect(ladder.webhooks(agent: "support-bot")?.count == 1)
        #expect(Ladder(Array(settings.executors.prefix(2))).webhooks(agent: "other") == nil)
    }

    @Test("an execution survives its stored form")
    func stored() {
        let execution = Execution.with {
            $0.row = .with { ($0.kind, $0.key, $0.agent) = (.litellmKey, "abc", "a-*") }
            ($0.incident, $0.agent, $0.traces, $0.isUndo) = (7, "a-1", ["t"], true)
            ($0.object, $0.seen, $0.facts) = ("o", "s", ["f"])
        }
        #expect(Execution(json: execution.json) == execution)
        #expect(Action.execute(execution).traces.isEmpty && !Action.execute(execution).isWide)
    }
}
