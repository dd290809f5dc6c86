import OnCallModel

/// The help of one subcommand. All help texts are in this file and in CommandHelp+Data.swift, in the order of `--help`.
struct CommandHelp: Sendable {
    /// One line for the list of commands, without a full stop.
    var summary: String
    /// Usage and options, aligned.
    var body: String
}

extension CommandHelp {
    /// What `sentinel --help` prints. `list` is a name and a summary for each subcommand.
    static func overview(_ list: [(name: String, summary: String)]) -> String {
        let width = list.map(\.name.count).max() ?? 0
        let lines = list.map { "  \($0.name.padded(to: width))  \($0.summary)\n" }
        return """
            Sentinel is a command center for the on-call engineer of an AI product.

            Usage:
              sentinel [--ascii] [--readonly]    Open the console, and run the agent in the background
              sentinel COMMAND [options]

            Commands:
            \(lines.joined())
            Options of the console:
              --ascii          Draw with ASCII characters only
              --readonly       Show everything, send no requests to the agent

            Global options:
              --db PATH        Store file (default: $XDG_STATE_HOME/sentinel/sentinel.db)
              --settings PATH  Settings file (default: $XDG_CONFIG_HOME/sentinel/settings.json)
              --sources DIR    Read the sources in DIR only
              --themes DIR     Folder of the console's themes
              --runbooks DIR   Folder of runbooks (default: runbooks, beside the settings file)
              --questions DIR  Folder of saved questions (default: questions, beside the settings file)
              -h, --help       Show the help of a command
              --version        Show the version

            Exit status: 0 done, 1 failed, 2 wrong usage, 3 done with partial data.

            """
    }

    static let globalOptionsHint = "Run `sentinel --help` for the global options."

    static let console = CommandHelp(summary: "Open the console, and run the agent in the background", body: "")

    static let agent = CommandHelp(
        summary: "Run the agent without a console",
        body: """
            Usage:
              sentinel agent [--standby | --child]

            The agent scans the sources on schedule, runs approved actions, and serves the kill flag on SENTINEL_LISTEN
            (default: 127.0.0.1:8000), with the JSON API (docs/API.md). Any number of consoles can attach to the same store.
            SIGTERM and SIGINT stop the agent gracefully.

            Options:
              --standby        Wait while another agent runs on the store, and take over within ten seconds after it ends
              --child          End when standard input ends; a console starts its agent so
            """)

    static let demo = CommandHelp(
        summary: "Show a complete incident on simulated providers",
        body: """
            Usage:
              sentinel demo [--headless | --providers] [--stubborn]

            Starts seven simulated providers on loopback, with eight days of traffic, a cost spike after a commit, and an agent
            that loops until it is killed, and opens the console. To stop the loop, approve the kill (6, a, y), then watch it
            end (l). The demo makes no calls to other machines and deletes its data when it ends.

            Options:
              --headless       Run to the end without a console: approve the kill, print the result as JSON
              --stubborn       The agent ignores its kill flag: the kill fails, and blocking its LiteLLM key is proposed next
              --providers      Only start the providers, and print the variables that point other commands to them
            """)

    static let scan = CommandHelp(
        summary: "Run one full scan cycle",
        body: """
            Usage:
              sentinel scan [--dry-run] [--format table|json]

            Reads the sources, runs the detectors, investigates, sends due notifications, runs due actions, and prints the
            result. If an agent runs on the store, that agent runs the scan.

            Options:
              --dry-run            Change nothing in the store and send nothing
              --format table|json  Output format (default: table)

            Exit status 3: a source returned partial data.
            """)

    static let approvals = CommandHelp(
        summary: "List, approve or reject approval requests",
        body: """
            Usage:
              sentinel approvals               List requests: pending first, then the latest decided ones
              sentinel approvals show N        Show the exact calls that approving request N sends
              sentinel approvals approve N     Approve request N
              sentinel approvals reject N      Reject request N
              sentinel approvals undo N        Request approval to undo what request N did
              sentinel approvals freeze        Freeze: no action runs and no notice is sent; detection goes on
              sentinel approvals thaw          End the freeze

            Options:
              --reason TEXT        Reason for a freeze
              --format table|json  Output format (default: table)

            Exit status 1: the decision was refused, or the agent did not answer within 4 s.
            """)

    static let actions = CommandHelp(
        summary: "List the executors of each agent, or request one",
        body: """
            Usage:
              sentinel actions                             List the setting executors: the ladder of each agent, from narrow
                                                           to wide, and what is missing for each step
              sentinel actions request KIND --incident N   Request approval to use an executor for incident N

            When a kill fails, the next executor of the agent is requested by itself. docs/ACTIONS.md describes each KIND:
            \(ExecutorKind.allCases.filter { $0.purpose != .firstRung }.map(\.rawValue).joined(separator: ", "))

            Options:
              --incident N         The incident that it is for
              --format table|json  Output format (default: table)
            """)

    static let audit = CommandHelp(
        summary: "List, verify or export the audit log",
        body: """
            Usage:
              sentinel audit           List the latest entries: who did what, when, why, and with what outcome
              sentinel audit verify    Check that no entry was changed or removed
              sentinel audit export    Print all entries as JSON, one on each line, with the exact requests

            Options:
              --incident N         List the entries of incident N only
              --format table|json  Output format (default: table)

            Exit status 1: an entry was changed or removed.
            """)

    static let incidents = CommandHelp(
        summary: "List, show and export incidents; acknowledge, snooze, silence, resolve or mark them",
        body: """
            Usage:
              sentinel incidents                     List incidents: open first, by severity
              sentinel incidents show N              Show the report, suspects, causes, timeline and actions of incident N
              sentinel incidents timeline N          Show what happened around incident N and what was done, by time
              sentinel incidents trace TRACE         Show a trace as a tree, with the cost and errors of each step
              sentinel incidents ack N               Acknowledge: send no more reminders
              sentinel incidents resolve N           Resolve
              sentinel incidents snooze N TIME       Snooze; notify again at the end if it is still open
              sentinel incidents unsnooze N          End a snooze
              sentinel incidents silence N --for TIME --reason TEXT
                                                     Silence incident N unless its severity rises
              sentinel incidents silence [--type TYPE] [--subject GLOB] [--max-severity SEVERITY] --for TIME --reason TEXT
                                                     Silence all incidents that match
              sentinel incidents maintenance TIME [--from TIME] [--reason TEXT]
                                                     Silence everything: incidents are recorded, but no notifications,
                                                     approval requests or automatic actions; incidents that are still
                                                     open at the end are notified then
              sentinel incidents silences            List active, scheduled and ended silences
              sentinel incidents unsilence ID        End a silence
              sentinel incidents mark N right|wrong  Mark the cause that incident N names
              sentinel incidents note N [-m TEXT]    Add a note, written in $VISUAL or $EDITOR unless -m gives it. "fixed by COMMIT"
                                                     records the fix, a line with TODO becomes a follow-up
              sentinel incidents export N --format markdown|json
                                                     Write a post-mortem draft: summary, timeline, evidence with links, causes,
                                                     actions, notes, missing data, follow-ups
              sentinel incidents follow-up N [K linear|github]
                                                     List what is left to do, or request approval to create an issue of task K

            Options:
              --state STATE            List incidents in this state only: open, acknowledged, snoozed, silenced, flapping,
                                       inhibited, resolved, unresolved or all (default: all)
              --type TYPE              \(DetectionType.names())
              --subject GLOB           Subject to silence; * matches any characters
              --max-severity SEVERITY  Do not silence incidents above this severity
              --fingerprint TEXT       Fingerprint to silence
              --for TIME               Duration of a silence
              --until TIME             End of a silence
              --from TIME              Start of a silence (default: now)
              --reason TEXT            Reason for a silence
              -m, --message TEXT       Text of a note
              --format table|json      Output format (default: table); of export: markdown (default) or json

            TIME is a duration (30m, 4h, 1h30m, 2d), a time of day ("until 09:00", UTC) or a date (2026-11-24T09:00Z), at most
            30 days ahead.
            """)

    static let handoff = CommandHelp(
        summary: "Print what the next shift must know",
        body: """
            Usage:
              sentinel handoff

            Prints open incidents, silences and snoozes that end within 12 h, pending requests, and what Sentinel cannot see.

            Options:
              --format table|json  Output format (default: table)
            """)

    static let runbooks = CommandHelp(
        summary: "List, show and check runbooks",
        body: """
            Usage:
              sentinel runbooks              List the runbooks and what they serve
              sentinel runbooks show NAME    Print a runbook
              sentinel runbooks check        Name those that cannot be read, and rules that match no incident so far

            A runbook is a Markdown file NAME.md with a head:

              ---
              title: An agent loops
              serves:
                - class: agent_loop
                  subject: research-*
                - error: "*RateLimit*"
              ---

            A rule matches if all of its members do: class (\(DetectionType.names())), subject and error
            (* matches any characters; the subject of a loop is the agent). The runbooks of an incident are shown with it and
            named in Slack.

            Options:
              --format table|json  Output format (default: table)

            Exit status 1: `check` found a problem.
            """)

    static let loops = CommandHelp(
        summary: "List looping traces, or kill one",
        body: """
            Usage:
              sentinel loops                   List looping traces, active ones first
              sentinel loops kill TRACE        Kill a loop, and verify that it stopped

            Options:
              --format table|json  Output format (default: table)
            """)

    static let quality = CommandHelp(
        summary: "Show the output profile of each feature, and drift",
        body: """
            Usage:
              sentinel quality                 List features and the state of their snapshots
              sentinel quality show FEATURE    Show the keys of a snapshot, with types, and its earlier versions
              sentinel quality drifts          List the latest drift events, with fail rate, contrast and suspect commit
              sentinel quality scan            Check the outputs of all features now (Drift Patrol)
              sentinel quality accept FEATURE  Accept the current outputs as the next version of the snapshot

            Options:
              --format table|json  Output format (default: table)

            Exit status 3: a scan returned partial data.
            """)

    static let settings = CommandHelp(
        summary: "Show or change settings",
        body: """
            Usage:
              sentinel settings                List all settings with their values
              sentinel settings show KEY       Show one setting, with all rows of a table
              sentinel settings set KEY VALUE  Change a setting; a running agent applies it at once
              sentinel settings add KEY MEMBER=TEXT ...
                                               Add a row to a table: settings add people name=alice unix=alice
              sentinel settings remove KEY N   Remove row N of a table

            Options:
              --format table|json  Output format (default: table)
            """)

    static let doctor = CommandHelp(
        summary: "Check settings, sources, engine, store and terminal",
        body: """
            Usage:
              sentinel doctor [slack] [--format table|json]

            Prints the state of each part (ok, missing, warn, failed, refused) and how to fix it. Each configured
            source is asked once. `doctor slack` checks the token, its scopes, the channel, how clicks arrive, and
            who may approve.

            Options:
              --format table|json  Output format (default: table)
            """)
}
