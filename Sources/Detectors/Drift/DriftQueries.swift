import Basics

/// The statements of `prompt_drift`.
enum DriftQueries {
    /// The window of the outputs that are judged.
    static let window = Span.hours(24)
    /// A new feature is learnt from outputs of this window, and an onset is searched in it.
    static let lookback = Span.days(7)
    /// Scores are compared over days; they may be as old as their mirror becomes.
    private static let scoreAge = Span.hours(1)
    /// The latest outputs that decide.
    static let checked = 20

    /// The features that gave outputs in the window, as the mirror has them: generations by name, and roots of other
    /// types; how much and how recently.
    static func features(now: Instant) -> DetectorQuery {
        """
        SELECT name, type, COUNT(*) AS outputs, MAX(start_time) AS newest, MIN(release) AS first_release, \
        MAX(release) AS last_release FROM langfuse.observations \
        WHERE start_time >= \(now - window) AND start_time <= \(now) AND name <> '' AND (type = 'GENERATION' \
        OR (type IN ('AGENT', 'CHAIN', 'SPAN') AND COALESCE(parent_observation_id, '') = '')) GROUP BY name, type
        """
    }

    /// The names of generations in the window, from the hourly sums: no row is read. `newest` is an hour.
    static func generations(now: Instant) -> DetectorQuery {
        """
        SELECT name, type, SUM(observations) AS outputs, MAX(hour) AS newest FROM langfuse.observations_hourly \
        WHERE hour >= \((now - window).startOfHour) AND type = 'GENERATION' AND name <> '' GROUP BY name, type
        """
    }

    /// How much each name gave in the whole lookback, and whether by more than one version of a prompt or model.
    static func history(now: Instant) -> DetectorQuery {
        """
        SELECT name, type, SUM(observations) AS outputs, MIN(prompt_version) AS first_prompt, \
        MAX(prompt_version) AS last_prompt, MIN(model) AS first_model, MAX(model) AS last_model \
        FROM langfuse.observations_hourly WHERE hour >= \((now - lookback).startOfHour) AND name <> '' \
        AND type IN ('GENERATION', 'AGENT', 'CHAIN', 'SPAN') GROUP BY name, type
        """
    }

    /// How many outputs of a feature are read: the newest, and of a new feature some from before the window.
    enum Amount {
        /// As many as a new feature needs.
        case enough
        case all

        var newest: Int { self == .enough ? 2 * DriftFeature.minOutputs : 100 }
        var before: Int { self == .enough ? DriftFeature.minOutputs : 100 }
    }

    /// The newest outputs of many features, of known ones in the window alone. A busy feature's newest outputs cover minutes: a new
    /// one is also read from before the window, or further back if it is younger than that.
    ///
    /// `recency` counts from the newest of each feature; `wanted` is how many of it match. Rows whose bodies are not read yet are
    /// missing.
    static func latest(
        _ amount: Amount, of features: [DriftFeature], areNew: Bool, now: Instant, calls: Int
    ) -> DetectorQuery {
        let start = now - (areNew ? lookback : window)
        let isBefore: DetectorQuery = "CASE WHEN start_time < \(now - window) THEN 1 ELSE 0 END"
        let young = features.filter(\.isYoung).map(\.name)
        var isWanted: DetectorQuery = "recency <= \(raw: amount.newest)"
        if areNew { isWanted = "\(isWanted) OR (is_before = 1 AND recency_there <= \(raw: amount.before))" }
        if areNew, !young.isEmpty {
            isWanted = "\(isWanted) OR (name IN (\(young)) AND recency <= \(raw: amount.newest + amount.before))"
        }
        let query: DetectorQuery = """
            SELECT o.id, o.trace_id, o.type, o.name, o.parent_observation_id, o.start_time, o.end_time, o.level, o.model, \
            o.prompt_name, o.prompt_version, o.release, o.version, o.environment, o.output, k.recency, k.wanted FROM (\
            SELECT trace_id, id, recency, COUNT(*) OVER (PARTITION BY name, type) AS wanted FROM (\
            SELECT trace_id, id, name, type, is_before, \
            ROW_NUMBER() OVER (PARTITION BY name, type ORDER BY start_time DESC, id DESC) AS recency, \
            ROW_NUMBER() OVER (PARTITION BY name, type, is_before ORDER BY start_time DESC, id DESC) AS recency_there \
            FROM (SELECT trace_id, id, name, type, start_time, \(isBefore) AS is_before FROM langfuse.observations \
            WHERE start_time >= \(start) AND start_time <= \(now) AND name IN (\(features.map(\.name))) \
            AND type IN (\(Set(features.map(\.type)).sorted())) \
            AND (type = 'GENERATION' OR COALESCE(parent_observation_id, '') = '')) r) n WHERE \(isWanted)) k \
            JOIN langfuse.observations o ON o.trace_id = k.trace_id AND o.id = k.id
            """
        return query.since(start).readingBodies(calls: calls)
    }

    /// The newest outputs of one feature in `[from, to)`, with their bodies: one call to the API.
    static func outputs(of feature: DriftFeature, from: Instant, to: Instant, limit: Int) -> DetectorQuery {
        """
        SELECT id, trace_id, parent_observation_id, start_time, end_time, level, model, prompt_name, \
        prompt_version, release, version, environment, output FROM langfuse.observations \
        WHERE name = \(feature.name) AND type = \(feature.type) AND from_start_time = \(from) \
        AND to_start_time = \(to) LIMIT \(raw: limit)
        """
    }

    /// The first hour of each prompt version and model of a feature.
    static func beginnings(of feature: DriftFeature, now: Instant) -> DetectorQuery {
        """
        SELECT prompt_name, prompt_version, model, MIN(hour) AS hour FROM langfuse.observations_hourly \
        WHERE hour >= \((now - lookback).startOfHour) AND name = \(feature.name) AND type = \(feature.type) \
        GROUP BY prompt_name, prompt_version, model ORDER BY MIN(hour)
        """
    }

    /// When a version of a prompt was created in Langfuse, and its commit message.
    static func promptVersion(_ prompt: DriftOrigin.Prompt) -> DetectorQuery {
        """
        SELECT created_at, created_by, commit_message FROM langfuse.prompt_versions \
        WHERE name = \(prompt.name) AND version = \(prompt.version)
        """
    }

    /// How often each value of each score came in the last 24 hours and in the six days before, by the generations of its
    /// trace or by its own observation. Values are rounded to thousandths.
    static func scores(now: Instant) -> DetectorQuery {
        let query: DetectorQuery = """
            SELECT feature, score, value, is_now, COUNT(*) AS scores FROM (\
            SELECT DISTINCT o.name AS feature, s.id, s.name AS score, ROUND(s.value, 3) AS value, \
            s.timestamp >= \(now - window) AS is_now FROM langfuse.scores s \
            JOIN langfuse.observations o ON o.trace_id = s.trace_id \
            WHERE s.timestamp >= \(now - lookback) AND s.timestamp <= \(now) AND s.data_type IN ('NUMERIC', 'BOOLEAN') \
            AND o.name <> '' \
            AND (o.id = s.observation_id OR (o.type = 'GENERATION' AND COALESCE(s.observation_id, '') = ''))) \
            GROUP BY feature, score, value, is_now
            """
        return query.upTo(scoreAge)
    }

    /// The mean of one score of one feature for each minute.
    static func minutes(of pair: ScoreDrift, now: Instant) -> DetectorQuery {
        let query: DetectorQuery = """
            SELECT date_trunc('minute', timestamp) AS minute, AVG(value) AS mean, COUNT(*) AS scores \
            FROM langfuse.scores WHERE name = \(pair.score) AND timestamp >= \(now - lookback) AND timestamp <= \(now) \
            AND data_type IN ('NUMERIC', 'BOOLEAN') AND trace_id IN (SELECT trace_id FROM langfuse.observations \
            WHERE name = \(pair.feature) AND start_time >= \(now - lookback - window)) \
            GROUP BY date_trunc('minute', timestamp)
            """
        return query.upTo(scoreAge)
    }

    /// Whether any score could be compared: most projects have none.
    static func anyScore(now: Instant) -> DetectorQuery {
        let query: DetectorQuery = """
            SELECT COUNT(*) AS scores FROM langfuse.scores WHERE timestamp >= \(now - window) AND timestamp <= \(now) \
            AND data_type IN ('NUMERIC', 'BOOLEAN')
            """
        return query.upTo(scoreAge)
    }
}
