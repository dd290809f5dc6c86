import Basics
import Configuration
import Testing

@Suite("The environment")
struct EnvironmentTests {
    @Test("a .env file is read like a shell script")
    func dotEnv() {
        let text = """
            # keys
            LANGFUSE_SECRET_KEY=sk-lf-1#2
            export SENTRY_ORG = "acme"
              SLACK_TOKEN='xoxb 1'   # the bot
            GITHUB_OWNER=acme # not the user
            NOT A NAME=1
            EMPTY=
            """
        #expect(
            DotEnv.parse(text) == [
                "LANGFUSE_SECRET_KEY": "sk-lf-1#2", "SENTRY_ORG": "acme", "SLACK_TOKEN": "xoxb 1",
                "GITHUB_OWNER": "acme", "EMPTY": "",
            ])
    }

    @Test("the process takes precedence over the file, and an empty variable is unset")
    func precedence() {
        let environment = Environment(process: ["A": "1", "B": ""], dotEnv: "A=2\nB=3\nC=4")
        #expect(environment["A"] == "1")
        #expect(environment["B"] == nil)
        #expect(environment["C"] == "4")
    }

    @Test("the secrets are those of the program and of the manifests that are set")
    func secrets() {
        let environment = Environment(process: [
            "AGENT_KILL_SECRET": "canary-1", "ACME_TOKEN": "canary-2", "ACME_URL": "https://acme.example",
        ])
        #expect(Set(environment.secrets(of: ["ACME_TOKEN", "ACME_OTHER"])) == ["canary-1", "canary-2"])
        #expect(environment.secrets(of: []) == ["canary-1"])
    }
}

@Suite("The paths")
struct PathsTests {
    @Test("an option takes precedence over the environment, and the environment over the default")
    func database() {
        let environment = Environment(process: ["HOME": "/home/a", "SENTINEL_DB": "/data/x.db"])
        #expect(
            Paths(options: { $0 == "--db" ? "y.db" : nil }, environment: environment, program: nil).database == "y.db")
        #expect(Paths(options: { _ in nil }, environment: environment, program: nil).database == "/data/x.db")
        let bare = Environment(process: ["HOME": "/home/a"])
        let paths = Paths(options: { _ in nil }, environment: bare, program: nil)
        #expect(paths.database == "/home/a/.local/state/sentinel/sentinel.db")
        #expect(paths.mirrors == "/home/a/.local/state/sentinel")
        #expect(paths.sqlHistory == "/home/a/.local/state/sentinel/sql_history")
        #expect(paths.settings == "/home/a/.config/sentinel/settings.json")
    }

    @Test("the user's own sources are in the configuration folder, and are ignored with a folder of sources")
    func sources() {
        let environment = Environment(process: ["HOME": "/home/a", "XDG_CONFIG_HOME": "/conf"])
        let paths = Paths(options: { _ in nil }, environment: environment, program: nil)
        #expect(paths.ownSources == "/conf/sentinel/sources")
        let named = Paths(options: { $0 == "--sources" ? "/here" : nil }, environment: environment, program: nil)
        #expect(named.sources == "/here" && named.ownSources == nil)
        #expect(named.addedSources == "/conf/sentinel/sources")
    }
}
