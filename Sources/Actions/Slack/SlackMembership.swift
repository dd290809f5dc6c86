import Basics

/// What a person in Slack is to the workspace of the bot.
package enum SlackMembership: Hashable, Sendable {
    case member
    /// A guest, who sees some channels only.
    case guest
    /// A person of another workspace, in a shared channel; also a bot, and a person whose account is closed.
    case stranger
    /// Slack was not able to say, with the reason as a sentence.
    case unknown(String)
}

extension SlackTeam {
    /// Asks Slack (`users.info`), and remembers the answer for ten minutes.
    package func membership(of user: String) async -> SlackMembership {
        let now = clock.now()
        if let (answer, at) = members.withLock({ $0[user] }), now - at < .minutes(10) { return answer }
        let answer: SlackMembership
        do throws(ActFault) {
            let document = try await api.read("users.info", ["user": user])
            answer = Self.membership(document["user"] ?? .null, team: await id())
        } catch  where error.reason.contains("unknown_method") {
            // Not Slack itself but a server in its place, which has no people. The click's own workspace was checked.
            return .member
        } catch {
            return .unknown(error.reason)
        }
        members.withLock { $0[user] = (answer, now) }
        return answer
    }

    /// The flags are in Slack's reference of the user object.
    private static func membership(_ user: JSONValue, team: String?) -> SlackMembership {
        func isSet(_ flag: String) -> Bool { user[flag]?.bool == true }
        if isSet("is_restricted") || isSet("is_ultra_restricted") || isSet("is_invited_user") { return .guest }
        if isSet("is_stranger") || isSet("deleted") || isSet("is_bot") { return .stranger }
        guard let own = team, let home = user["team_id"]?.string else {
            return .unknown("Slack did not return the person's workspace.")
        }
        return home == own ? .member : .stranger
    }
}
