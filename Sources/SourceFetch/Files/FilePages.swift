import Basics
import SourceSpec

/// Reads the files of one scan page by page, on its own thread, because disks may be slow.
actor FilePages {
    private let queue = QueueExecutor(label: "files")
    private let plan: FilePlan
    private var files: ArraySlice<TableFile>?
    private var current: (any FileRows)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    init(_ plan: FilePlan) {
        self.plan = plan
    }

    /// Nil after the last row of the last file.
    func next() throws(SourceError) -> Page? {
        if files == nil { files = try FileListing.files(of: plan)[...] }
        var batch = RowBatch()
        while !batch.isFull {
            if current == nil {
                guard try openNext(&batch) else {
                    let isEnd = batch.rows.isEmpty && batch.warnings == 0
                    return isEnd ? nil : Page(rows: batch.rows, schemaWarnings: batch.warnings, calls: 0)
                }
            }
            if try current?.read(into: &batch) == false { current = nil }
        }
        return Page(rows: batch.rows, schemaWarnings: batch.warnings, calls: 0)
    }

    /// False if there are no more files.
    private func openNext(_ batch: inout RowBatch) throws(SourceError) -> Bool {
        while let file = files?.popFirst() {
            let bytes: FileBytes
            do {
                bytes = try FileBytes(file.path)
            } catch {
                // A file that was rotated away since it was listed has no rows.
                if error.code == FilePlan.noSuchFile { continue }
                throw plan.error(error)
            }
            batch.warnings += file.warnings
            current = try plan.rows(of: bytes, fixed: file.fixed)
            return true
        }
        return false
    }
}
