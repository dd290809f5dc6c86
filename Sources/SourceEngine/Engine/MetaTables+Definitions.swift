import SourceSpec

extension MetaTables {
    /// In the columns and the order of Coral's own.
    static let definitions = [columns, filters, inputs, tableFunctions, tables]

    private static func table(
        _ name: String, _ description: String, guide: String, _ columns: [ColumnSpec]
    ) -> TableSpec {
        var table = TableSpec(name: name, request: RequestSpec(path: Template(literal: "")), columns: columns)
        (table.description, table.guide) = (description, guide)
        return table
    }

    private static let schemaName = ColumnSpec("schema_name", "The source.")
    private static let tableName = ColumnSpec("table_name", "The table.")
    private static let catalogName = ColumnSpec(
        "catalog_name", "Always empty: tables are named by schema and table.")
    private static let searchLimits = ColumnSpec(
        "search_limits_json", "default_top_k, max_top_k and max_calls_per_query, if a search has limits.",
        isNullable: true)

    private static let tables = table(
        "tables", "All tables that a statement may read.",
        guide: "Start here: the tables, and the filters that they require.",
        [
            schemaName, tableName, .init("description", "What a row represents."), .init("guide", "How to query it."),
            .init("required_filters", "The required filters, separated by commas."),
            searchLimits, catalogName,
        ])

    private static let columns = table(
        "columns", "The columns of all tables.",
        guide: "Filter by schema_name and table_name, and order by ordinal_position.",
        [
            schemaName, tableName, .init("ordinal_position", "The position in the table, from 0.", .int64),
            .init("column_name", "The column."), .init("data_type", "The type in the manifest."),
            .init("is_nullable", "Whether it may be NULL.", .boolean),
            .init("is_virtual", "Whether it is a filter that is not part of the response.", .boolean),
            .init("is_required_filter", "Whether a statement must set it.", .boolean),
            .init("description", "What the column contains."),
            .init("filter_mode", "equality, search or contains, if it is a filter.", isNullable: true), catalogName,
        ])

    private static let filters = table(
        "filters", "The filters that are sent to the providers.",
        guide: "A condition on a filter is sent to the provider; all other conditions are checked locally.",
        [
            schemaName, tableName, .init("filter_name", "The filter."),
            .init("filter_mode", "equality, search or contains."),
            .init("is_required", "Whether a statement must set it.", .boolean),
            .init("data_type", "The type of its value."), .init("description", "What it selects."), catalogName,
        ])

    private static let inputs = table(
        "inputs", "The variables and secrets of the sources, and whether they are set.",
        guide: "The value of a secret is never shown; is_set says whether there is one.",
        [
            schemaName, .init("key", "The environment variable."), .init("kind", "variable or secret."),
            .init("value", "The current value; NULL for a secret.", isNullable: true),
            .init("default_value", "The manifest's default.", isNullable: true),
            .init("hint", "How to get it.", isNullable: true),
            .init("required", "Whether the source requires it.", .boolean),
            .init("is_set", "Whether the environment or a default sets a value.", .boolean), catalogName,
        ])

    private static let tableFunctions = table(
        "table_functions", "The functions that a statement may call in FROM.",
        guide: "Call them with named arguments: schema.function(name => 'value').",
        [
            schemaName, .init("function_name", "The function."), .init("description", "What a row represents."),
            .init("arguments_json", "A list of name, required and values."),
            .init("result_columns_json", "A list of name, type, nullable and description."),
            .init("kind", "table or search."), searchLimits,
        ])
}

extension ColumnSpec {
    fileprivate init(_ name: String, _ description: String, _ type: ColumnType = .utf8, isNullable: Bool = false) {
        self.init(name: name, type: type, isNullable: isNullable, description: description)
    }
}
