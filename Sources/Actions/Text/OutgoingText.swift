import Basics

/// Prepares every text sent to Slack, GitHub, an agent or a language model: cleaned, without secrets, within its limit, and
/// escaped so that the receiver executes nothing in it.
///
/// Limits count Unicode scalars. Secrets are masked before a text is cleaned (`UntrustedText.visible`) and after it. Texts are
/// cut last, so that no part of a secret remains.
struct OutgoingText: Sendable {
    let redaction: Redaction

    /// Cleaned and redacted; line feeds stay.
    func plain(_ text: String) -> String {
        redaction.apply(to: UntrustedText.visible(text))
    }

    /// The same on one line.
    func line(_ text: String, limit: Int = 300) -> String {
        UntrustedText.bounded(UntrustedText.line(plain(text)), limit: limit)
    }

    /// One line of a `plain_text` object.
    func slackPlain(_ text: String, limit: Int) -> String {
        UntrustedText.forSlackPlain(UntrustedText.line(plain(text)), limit: limit)
    }

    /// Foreign text inside mrkdwn, on one line.
    func slackLine(_ text: String, limit: Int) -> String {
        UntrustedText.forSlack(UntrustedText.line(plain(text)), limit: limit)
    }

    /// One line of Markdown for GitHub.
    func gitHubLine(_ text: String, limit: Int) -> String {
        neutral(UntrustedText.line(plain(text)), limit: limit)
    }

    /// A Markdown report for GitHub, with its code fences closed.
    func gitHubReport(_ markdown: String, limit: Int) -> String {
        UntrustedText.withClosedFence(neutral(plain(markdown), limit: limit - 100))
    }

    /// Lines that GitHub shows as code, where nothing is obeyed: they can be copied as they are. Only the start of a comment is
    /// broken up, so that no text imitates the marker of an issue.
    func gitHubCode(_ text: String, limit: Int) -> String {
        UntrustedText.bounded(plain(text).replacing("<!--", with: "<!\u{200B}--"), limit: limit)
    }

    private func neutral(_ text: String, limit: Int) -> String {
        UntrustedText.bounded(UntrustedText.forGitHub(UntrustedText.bounded(text, limit: limit)), limit: limit)
    }
}
