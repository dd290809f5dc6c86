import Actions
import FoundationEssentials
import Glibc
import OnCallModel
import Testing

@Suite("Generated: actions")
struct GeneratedActionsTests {
    @Test("docs/ACTIONS.md describes every executor")
    func document() throws {
        let path = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/docs/ACTIONS.md"
        if getenv("RECORD") != nil {
            try Self.text.write(toFile: path, atomically: true, encoding: .utf8)
            Issue.record("docs/ACTIONS.md was recorded")
        }
        let stored = try String(contentsOfFile: path, encoding: .utf8)
        #expect(stored == Self.text, "docs/ACTIONS.md is out of date: run `make record`")
    }

    private static var text: String {
        var text = """
            # Actions

            Every action is requested, approved once, recorded before it is sent, and proved. A kill sets the kill flag and sends
            the signed webhook. What else stops an agent is in the setting `executors`, ordered from narrow to wide:

            ```json
            "executors": [
              {"agent": "support-*", "kind": "webhook", "url": "https://agents.example/stop"},
              {"agent": "support-*", "kind": "litellm_key", "key": "<hash of the key>"},
              {"agent": "support-*", "kind": "launchdarkly_flag", "project": "agents", "flag": "support", "environment": "production"}
            ]
            ```

            Secrets are environment variables and never in the settings. Without rows for an agent, its kill uses the kill flag and
            `AGENT_KILL_URL`. An agent with rows has the webhook only if one of them is a `webhook`.

            - **The ladder.** A kill works when the spending stops: the trace takes no further step. When it goes on ("Kill failed:
              still $0.40/min"), the next executor of the agent is requested, for the same incident and with its own approval. One that
              cannot be read is skipped, and the request says why. After the last one, Sentinel says that none is left.
            - **Precondition.** The target is read when the act is requested and again before it is sent. If it changed, nothing is
              sent and the act is requested again.
            - **Once.** The start of an act is stored before its first request. After a crash, an act that was not started is made
              again; one that was is looked up at its provider. What cannot be known is asked of the operator, never repeated. The
              kill webhook is not sent again: the trace shows whether the agent stopped.
            - **Undo.** `sentinel approvals undo N` requests the opposite of request N, with an approval of its own.
            - **Records.** `sentinel actions request KIND --incident N` requests any executor that fits the incident.

            `sentinel actions list` shows the ladder and what is missing for each step.

            | kind | step | effect | needs | nothing is sent if | proof | undo | once, because |
            |---|---|---|---|---|---|---|---|

            """
        for kind in ExecutorKind.allCases {
            let sheet = ExecutorSheet.of(kind)
            let cells = [
                "`\(kind.rawValue)`", step(kind), sheet.effect, sheet.needs, sheet.precondition, sheet.proof,
                sheet.undo,
                sheet.once,
            ]
            text += "| " + cells.joined(separator: " | ") + " |\n"
        }
        text +=
            "\n## Members of a row\n\nBeside `agent`, `feature` and `kind`:\n\n| kind | required | optional |\n|---|---|---|\n"
        for kind in ExecutorKind.allCases {
            let lists = [kind.requiredMembers, kind.optionalMembers].map { names in
                names.map { "`\($0)`" }.joined(separator: ", ")
            }
            text += "| `\(kind.rawValue)` | \(lists[0]) | \(lists[1]) |\n"
        }
        return text
    }

    /// A row for one agent; a LiteLLM key is wide where it is for several.
    private static func step(_ kind: ExecutorKind) -> String {
        let row = ExecutorRow.with { ($0.kind, $0.agent) = (kind, "one-agent") }
        return switch kind.purpose {
        case .firstRung: "kill"
        case .rung: row.isWide ? "next, wide" : "next"
        case .record: "record"
        }
    }
}
