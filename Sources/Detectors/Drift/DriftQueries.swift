import Basics

/// The statements of `prompt_drift`.
enum DriftQueries {
    /// Outputs of this time back from now are judged.
    static let window = Span.hours(24)
    /// A feature that is new is learnt from no further back, and an onset is not looked for before that.
    static let reach = Span.days(7)
    /// The latest of them decide.
    static let checked = 20

    /// The features that gave something in the window, as the mirror knows them: generations by name, and roots of other
    /// types; how much and how recently.
    static func features(now: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT name, type, COUNT(*) AS outputs, MAX(start_time) AS newest, MIN(release) AS first_release, \
                MAX(release) AS last_release FROM langfuse.observations \
                WHERE start_time >= ? AND start_time <= ? AND name <> '' AND (type = 'GENERATION' \
                OR (type IN ('AGENT', 'CHAIN', 'SPAN') AND COALESCE(parent_observation_id, '') = '')) GROUP BY name, type
                """,
            parameters: [Value(now - window), Value(now)])
    }

    /// The names of generations in the window, from the hourly sums: no row is read. `newest` is an hour.
    static func generations(now: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT name, type, SUM(observations) AS outputs, MAX(hour) AS newest FROM langfuse.observations_hourly \
                WHERE hour >= ? AND type = 'GENERATION' AND name <> '' GROUP BY name, type
                """,
            parameters: [Value((now - window).startOfHour)])
    }

    /// How much each name gave in the whole reach, and whether by more than one version of a prompt or model.
    static func history(now: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT name, type, SUM(observations) AS outputs, MIN(prompt_version) AS first_prompt, \
                MAX(prompt_version) AS last_prompt, MIN(model) AS first_model, MAX(model) AS last_model \
                FROM langfuse.observations_hourly WHERE hour >= ? AND name <> '' \
                AND type IN ('GENERATION', 'AGENT', 'CHAIN', 'SPAN') GROUP BY name, type
                """,
            parameters: [Value((now - reach).startOfHour)])
    }

    /// The newest outputs of one feature in `[from, to)`, with their bodies: one call to the API.
    static func outputs(of feature: DriftFeature, from: Instant, to: Instant, limit: Int) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT id, trace_id, parent_observation_id, start_time, end_time, level, model, prompt_name, \
                prompt_version, release, version, environment, output FROM langfuse.observations \
                WHERE name = ? AND type = ? AND from_start_time = ? AND to_start_time = ? LIMIT \(limit)
                """,
            parameters: [.text(feature.name), .text(feature.type), Value(from), Value(to)])
    }

    /// The hours since which each prompt version and model of a feature is in use.
    static func beginnings(of feature: DriftFeature, now: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT prompt_name, prompt_version, model, MIN(hour) AS hour FROM langfuse.observations_hourly \
                WHERE hour >= ? AND name = ? AND type = ? GROUP BY prompt_name, prompt_version, model ORDER BY MIN(hour)
                """,
            parameters: [Value((now - reach).startOfHour), .text(feature.name), .text(feature.type)])
    }

    /// When a version of a prompt was made in Langfuse, and what its author wrote.
    static func promptVersion(_ prompt: DriftOrigin.Prompt) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT created_at, created_by, commit_message FROM langfuse.prompt_versions \
                WHERE name = ? AND version = ?
                """,
            parameters: [.text(prompt.name), .integer(Int64(prompt.version))])
    }

    /// How often each value of each score came in the last 24 hours and in the six days before, by the generations of its
    /// trace, or the observation that it is of. Values are rounded to thousandths.
    static func scores(now: Instant) -> DetectorQuery {
        let columns = "s.id, s.name AS score, ROUND(s.value, 3) AS value, s.timestamp >= ? AS is_now"
        let bounds = "s.timestamp >= ? AND s.timestamp <= ? AND s.data_type IN ('NUMERIC', 'BOOLEAN')"
        return DetectorQuery(
            sql: """
                SELECT feature, score, value, is_now, COUNT(*) AS scores FROM (\
                SELECT DISTINCT o.name AS feature, \(columns) FROM langfuse.scores s \
                JOIN langfuse.observations o ON o.trace_id = s.trace_id WHERE \(bounds) AND o.name <> '' \
                AND (o.id = s.observation_id OR (o.type = 'GENERATION' AND COALESCE(s.observation_id, '') = ''))) \
                GROUP BY feature, score, value, is_now
                """,
            parameters: [Value(now - window), Value(now - reach), Value(now)])
    }

    /// The means of one score, minute by minute, of one feature.
    static func minutes(of pair: ScoreDrift, now: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT date_trunc('minute', timestamp) AS minute, AVG(value) AS mean, COUNT(*) AS scores \
                FROM langfuse.scores WHERE name = ? AND timestamp >= ? AND timestamp <= ? \
                AND data_type IN ('NUMERIC', 'BOOLEAN') AND trace_id IN (\
                SELECT trace_id FROM langfuse.observations WHERE name = ? AND start_time >= ?) \
                GROUP BY date_trunc('minute', timestamp)
                """,
            parameters: [
                .text(pair.score), Value(now - reach), Value(now), .text(pair.feature), Value(now - reach - window),
            ])
    }

    /// Whether there is any score that could be compared: most projects have none.
    static func anyScore(now: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT COUNT(*) AS scores FROM langfuse.scores WHERE timestamp >= ? AND timestamp <= ? \
                AND data_type IN ('NUMERIC', 'BOOLEAN')
                """,
            parameters: [Value(now - window), Value(now)])
    }
}
