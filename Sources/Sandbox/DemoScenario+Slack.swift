import Basics

/// The messages about it, and their authors.
extension DemoScenario {
    private static let deploys = "C0DEPLOYS"

    /// By channel; newest first.
    func messages() -> [String: [SandboxMessage]] {
        func message(_ minutes: Double, _ user: String, _ text: String, thread: String? = nil) -> SandboxMessage {
            SandboxMessage(ts: timestamp(minutes), user: user, text: text, thread: thread)
        }
        let question = message(45, "U0BOB", "seeing elevated model cost since about two hours, anyone?")
        return [
            SlackProvider.channel: [
                message(30, "U0CAROL", "lots of RateLimitError in Sentry too"),
                message(38, "U0ALICE", "that may be the longer answers, I look into it", thread: question.ts),
                message(43, "U0DAVE", "invoice-parser is as ever", thread: question.ts), question,
                message(80, "U0ALICE", "support-bot answers are longer now, customers should like it"),
            ],
            Self.deploys: [
                message((now - spikeStart).seconds / 60 + 1, "U0DEPLOY", "alice deployed v2.31.0 to production"),
                message(3 * 1440 - 18, "U0DEPLOY", "bob deployed v2.30.4 to production"),
            ],
        ]
    }

    private func timestamp(_ minutes: Double) -> String { "\((now - .minutes(minutes)).milliseconds / 1000).000100" }

    var slackLists: [String: [JSONValue]] {
        [
            "conversations.list": [
                SlackProvider.channelRow(Self.deploys, "deploys", purpose: "What went to production", members: 5)
            ],
            "users.list": [
                user("U0ALICE", "alice", "Alice", title: "Engineer"),
                user("U0BOB", "bob", "Bob", title: "Engineering manager", isAdmin: true),
                user("U0CAROL", "carol", "Carol", title: "Engineer"), user("U0DAVE", "dave", "Dave", title: "Engineer"),
                user("U0DEPLOY", "deploys", "Deploys", isBot: true),
                user("U0SENTINEL", "sentinel", "Sentinel", isBot: true),
            ],
        ]
    }

    private func user(
        _ id: String, _ name: String, _ realName: String, title: String = "", isAdmin: Bool = false, isBot: Bool = false
    ) -> JSONValue {
        let profile: JSONValue = .fields([
            "real_name": .string(realName), "real_name_normalized": .string(realName), "title": .string(title),
            "display_name": .string(isBot ? "" : name), "status_text": "", "status_emoji": "", "team": "T1",
            "email": isBot ? nil : .string("\(name)@acme.example"),
        ])
        return object(
            id: id, team_id: "T1", name: name, real_name: realName, deleted: false, is_bot: isBot, is_admin: isAdmin,
            is_owner: isAdmin, is_primary_owner: isAdmin, is_restricted: false, is_ultra_restricted: false,
            is_app_user: false, tz: "Etc/UTC", tz_label: "Coordinated Universal Time", tz_offset: 0,
            updated: (now - .days(30)).milliseconds / 1000, profile: profile)
    }
}
