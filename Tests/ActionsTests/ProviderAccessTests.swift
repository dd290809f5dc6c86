import Actions
import Testing

@Suite("Addresses and keys of the providers")
struct ProviderAccessTests {
    @Test("Without variables the addresses are public and there are no keys")
    func defaults() {
        let access = ProviderAccess(environment: [:])
        #expect(access.github.baseURL == "https://api.github.com" && access.github.token.isEmpty)
        #expect(access.slack.baseURL == "https://slack.com/api" && access.slack.channel == "#incidents")
        #expect(access.model.baseURL == "https://api.groq.com/openai/v1" && !access.model.isConfigured)
        #expect(access.agent.killURL.isEmpty)
    }

    @Test(
        "Issues go to the target repository, with or without its owner",
        arguments: [
            (["GITHUB_OWNER": "acme", "GITHUB_REPO": "app"], "acme/app"),
            (["GITHUB_OWNER": "acme", "GITHUB_REPO": "app", "GITHUB_TARGET_REPO": "ops"], "acme/ops"),
            (["GITHUB_OWNER": "acme", "GITHUB_TARGET_REPO": "infra/ops"], "infra/ops"),
            (["GITHUB_OWNER": "acme", "GITHUB_REPO": "app", "GITHUB_TARGET_REPO": " "], "acme/app"),
        ])
    func repository(environment: [String: String], expected: String) {
        let github = ProviderAccess(environment: environment).github
        #expect("\(github.owner)/\(github.repository)" == expected)
    }

    @Test("Slack's URL may end in /api or not, and the bot's token is preferred")
    func slack() {
        for root in ["http://127.0.0.1:9", "http://127.0.0.1:9/", "http://127.0.0.1:9/api", "http://127.0.0.1:9/api/"] {
            #expect(ProviderAccess(environment: ["SLACK_BASE_URL": root]).slack.baseURL == "http://127.0.0.1:9/api")
        }
        let both = ["SLACK_TOKEN": "xoxp-reader", "SLACK_BOT_TOKEN": "xoxb-bot"]
        #expect(ProviderAccess(environment: both).slack.token == "xoxb-bot")
        #expect(ProviderAccess(environment: ["SLACK_TOKEN": "xoxp-reader"]).slack.token == "xoxp-reader")
    }
}
