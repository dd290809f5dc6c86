extension Migrations {
    /// What detectors remember of their subjects, each in a form of its own. What was known of tools moves here.
    enum Memory {
        static let sql =
            """
            CREATE TABLE detector_memory (
                detection_type TEXT NOT NULL CHECK (detection_type <> ''),
                subject TEXT NOT NULL,
                json TEXT NOT NULL,
                updated_at TEXT NOT NULL,
                PRIMARY KEY (detection_type, subject)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO detector_memory (detection_type, subject, json, updated_at)
            SELECT 'tool_failure', tool_name, json_object('tool', tool_name, 'profile', json(profile_json),
                'lengths', json(lengths), 'errors', errors, 'empties', empties, 'pages', pages,
                'comparisons', comparisons, 'repeats', repeats, 'learnedAt', learned_at,
                'learnedThrough', learned_through, 'lookedAt', looked_at, 'newestOutput', newest_output),
                coalesce(looked_at, learned_at)
            FROM tool_profile WHERE json_valid(profile_json) AND json_valid(lengths);
            DROP TABLE tool_profile;

            """ + counting("detector_memory", as: "drift")
    }
}
