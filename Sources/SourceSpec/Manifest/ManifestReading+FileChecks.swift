import YAML

/// What Coral rejects in a file table, so that a manifest that is valid here is valid there too.
extension ManifestReading {
    func rejectFilters(_ table: MappingReader) {
        guard !table.list("filters").isEmpty else { return }
        table.report(
            "filters", "a file table declares no filters",
            "Remove them; every column can be used in WHERE, and partitions skip files.")
    }

    /// A filter of files is compared here, and only by equality.
    func checkModes(_ table: MappingReader) {
        for item in table.list("filters") {
            guard let mode = item.node["mode"], mode.scalar != .text("equality") else { continue }
            context.log.report(
                mode.mark, item.path, "a filter of a file table must compare by equality",
                "Remove the mode, and use LIKE in SQL.")
        }
    }

    func rejectExpressions(_ table: MappingReader) {
        for item in table.list("columns") {
            for key in ["expr", "virtual"] {
                guard let node = item.node[key], node.scalar != .bool(false) else { continue }
                context.log.report(
                    node.mark, item.path, "a column of a file table has no \(key)",
                    "Remove it, and extract the value in SQL.")
            }
        }
    }

    func checkPathColumns(_ table: MappingReader, _ file: FileTableSpec) {
        let partitions = Set(file.partitions.map { $0.name.lowercased() })
        let metadata = Set(file.metadata.map { $0.name.lowercased() })
        for item in table.list("columns") {
            guard let name = Self.name(of: item) else { continue }
            let isPartition = partitions.contains(name.lowercased())
            guard isPartition || metadata.contains(name.lowercased()) else { continue }
            context.log.report(
                item.node["name"]?.mark ?? item.node.mark, item.path,
                "the column \"\(name)\" duplicates a \(isPartition ? "partition" : "metadata") column",
                "Remove it; the \(isPartition ? "partition" : "metadata") provides it.")
        }
        for name in partitions.intersection(metadata).sorted() {
            table.report("source", "\"\(name)\" is a partition and a metadata column", "Rename one of the two.")
        }
    }
}
