import OnCallModel

/// The help of the commands that read and check data.
extension CommandHelp {
    static let sql = CommandHelp(
        summary: "Query all sources with SQL",
        body: """
            Usage:
              sentinel sql 'SELECT …'          Run one statement
              sentinel sql                     Open a prompt; without a terminal, run the statements of standard input
                                               until one fails

            Statements are read-only, in the dialect of SQLite or DataFusion. Each source is a schema: github.commits,
            sentry.issues, langfuse.observations. `sentinel source list` and `.tables` in the prompt list the tables. Mirrored
            tables are updated before a statement reads them.

            Options:
              --format FORMAT      Output format: table, json (one array of row objects on one line), csv or markdown
                                   (default: table)
              --file FILE          Read the statement from a file; - reads standard input
              --save NAME          Save the statement as a question (`sentinel ask`), and do not run it
              --offline            Make no calls: use the mirrored rows only
              --explain            List the calls that the statement would make, and make none
              --raw                Print secrets in rows as they are; otherwise they are masked in place
              --max-calls N        Limit the calls for the rows of a join or an IN list (default: 500)
              --limit N            Limit the rows (default: 100000)
              --timeout SECONDS    Stop the statement after this time, calls included (default: 60)

            In the prompt, end a statement with a semicolon; `.help` lists the commands. Long results open in PAGER, if it is
            set.

            Exit status 3: the result is partial; standard error says why.
            """)

    static let ask = CommandHelp(
        summary: "Run a saved question",
        body: """
            Usage:
              sentinel ask                     List the saved questions with their parameters
              sentinel ask NAME [key=value …]  Run one
              sentinel sql 'SELECT …' --save NAME
                                               Save a statement as a question

            A question is a file NAME.sql that begins with comments: a sentence on what it answers, and its parameters with their
            types (text, integer, number or time):

              -- What a feature costs by model.
              -- @feature text
              -- @since time = 24h
              SELECT … WHERE trace_name = :feature AND start_time >= :since

            A parameter with a default is optional. A time is a date (2026-11-24T09:00Z) or a duration before now (24h, 7d).

            Options:
              --format FORMAT      Output format: table, json, csv or markdown (default: table)
              --offline            Make no calls: use the mirrored rows only

            Exit status 2: a parameter is missing or has the wrong type. 3: the result is partial.
            """)

    static let source = CommandHelp(
        summary: "List, check, add and test sources",
        body: """
            Usage:
              sentinel source list             List sources with their tables and missing inputs
              sentinel source info NAME        Show the inputs, tables, required filters and mirrors of a source
              sentinel source lint FILE|DIR    Check a manifest, or a folder with its overlay; list every problem with its line
              sentinel source add FILE|DIR     Check a source and add it, with its overlay and samples
              sentinel source remove NAME      Remove a source that was added
              sentinel source test NAME        Check the samples of a source; if its inputs are set, also run its test
                                               queries and read a row of each table that requires no filter
              sentinel source sync [NAME…]     Update all mirrors, those of a source, or one (langfuse.observations)

            Options:
              --replace            With add: replace an added or shipped source of the same name
              --since TIME         With sync: also read older rows, back to a duration (12h, 30d) or date (2026-11-01)
              --format table|json  Output format; json prints one document on one line (default: table)

            Added sources are kept in $XDG_CONFIG_HOME/sentinel/sources. With --sources DIR, only the sources in DIR are read;
            add and remove still use the user's folder.

            Exit status 3: list found a broken source, test could check the samples only, or sync read partial data.
            """)

    static let risk = CommandHelp(
        summary: "Score pull requests by size and history",
        body: """
            Usage:
              sentinel risk N                  Score pull request N, and write the score on it as a comment
              sentinel risk list               List the scored pull requests
              sentinel risk backfill           Read the changes of the default branch, and what followed each
              sentinel risk replay [PATH]      Score the history of a clone, and compare the scores (default: .)

            The score is min(100, errors × 4 + min(cost × 10, 50)): the errors and the cost in the 24 h after earlier changes of
            the same files. Beside it are the percentile among the repository's recent changes and how often such changes were
            followed by a fix (docs/RISK.md). Above pr_risk_threshold, a review that requests changes waits for approval.

            Options:
              --dry-run            Write nothing on GitHub
              --since TIME         With backfill: a duration (30d) or date (2026-11-01) to begin at (default: 90d)
              --format table|json  Output format (default: table)

            Exit status 3: a part could not be read, or the comment could not be written; standard error says why.
            """)

    static let digest = CommandHelp(
        summary: "Show the weekly digest: what shipped, what broke, what to watch",
        body: """
            Usage:
              sentinel digest                  Print the latest digest as Markdown
              sentinel digest list             List the stored digests

            Options:
              --week WEEK          The digest of one week, as 2026-W48
              --now                Make the digest of the week so far, or with --week of that week, and replace the stored one
              --format table|json  Output format (default: table; a digest is then Markdown)

            The agent makes the digest of the last week on Mondays at 09:00 in digest_zone, once also if it was stopped then, and
            posts it to Slack unless digest_post is false. A digest of --now is not posted.

            Exit status 1: there is no such digest. Exit status 3: --now could not read every source; the digest says which.
            """)

    static let cost = CommandHelp(
        summary: "Show costs by user, feature and model, the forecast and the budgets",
        body: """
            Usage:
              sentinel cost                    Costs of the last 7 days by feature, model and user

            Options:
              --by LIST            Dimensions, separated by commas: user, feature, model (default: all)
              --since DURATION     The span, up to now: 24h, 7d, 30d (default: 7d); each row is compared with the span before
              --limit N            Rows of each table (default: 15)
              --format table|json  Output format (default: table)

            The forecast uses the costs of complete hours that scans have recorded. Budgets are rows of the setting budgets.

            Exit status 3: a source returned partial data; standard error says why.
            """)

    static let backtest = CommandHelp(
        summary: "Replay a detector over history and score it",
        body: """
            Usage:
              sentinel backtest DETECTOR       Replay over the mirrored history of langfuse.observations
              sentinel backtest DETECTOR FILE  Replay over a labelled file
              sentinel backtest example DIR    Write small labelled example files to DIR

            DETECTOR is \(DetectionType.names(where: \.isDetected)).
            \(DetectionType.names(where: \.judgesOutputs, "and")) need a file that has outputs. FILE is one of
              .csv    hourly values for cost_spike: hour,cost,label
              .jsonl  observations, one JSON object per line; `label` names the detector that should fire

            Options:
              --step DURATION      Time between two runs (default: 15m; 1h for .csv; drift_patrol_hours for prompt_drift)
              --warmup DURATION    History that is used for learning only (default: 7d)
              --format table|json  Output format (default: table)

            Prints events, precision and recall with 95 % intervals, false pages per week and delay, for the original rule and
            for the current settings, and suggests the threshold with the best balance. Makes no calls.
            """)
}
