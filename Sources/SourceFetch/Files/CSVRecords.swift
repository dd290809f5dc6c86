/// The records of a CSV file after RFC 4180: quoted fields may hold delimiters, line ends and doubled quotes.
struct CSVRecords {
    struct Record: Hashable {
        var fields: [String]
        /// A quote in an invalid position: text after a closing quote, or no closing quote before the end.
        var isFaulty = false
    }

    enum Fault: Error, Hashable {
        case file(FileFault)
        /// A record that is too long, probably because of an unclosed quote. It starts in this line.
        case tooLong(line: Int)
    }

    private let file: FileBytes
    private let delimiter: UInt8
    private let longest: Int
    private var buffer: [UInt8] = []
    private var position = 0
    private var line = 1

    init(_ file: FileBytes, delimiter: UInt8, longest: Int = LineReader.longest) {
        self.file = file
        self.delimiter = delimiter
        self.longest = longest
    }

    /// Nil at the end. Blank lines are skipped.
    mutating func next() throws(Fault) -> Record? {
        try start()
        var record = Record(fields: [])
        var field: [UInt8] = []
        var (isQuoted, wasQuoted, size) = (false, false, 0)
        let firstLine = line
        while let byte = try take() {
            size += 1
            guard size <= longest else { throw .tooLong(line: firstLine) }
            if byte == Self.newline { line += 1 }
            if isQuoted {
                if byte != Self.quote {
                    field.append(byte)
                } else if try peek() == Self.quote {
                    field.append(byte)
                    position += 1
                } else {
                    (isQuoted, wasQuoted) = (false, true)
                }
                continue
            }
            switch byte {
            case delimiter:
                record.fields.append(String(decoding: field, as: UTF8.self))
                (field, wasQuoted) = ([], false)
            case Self.newline, Self.carriageReturn:
                if byte == Self.carriageReturn, try peek() == Self.newline { position += 1; line += 1 }
                if record.fields.isEmpty, field.isEmpty, !wasQuoted {
                    size = 0
                    continue
                }
                record.fields.append(String(decoding: field, as: UTF8.self))
                return record
            case Self.quote where field.isEmpty && !wasQuoted: isQuoted = true
            default:
                if wasQuoted { record.isFaulty = true }
                field.append(byte)
            }
        }
        if record.fields.isEmpty, field.isEmpty, !wasQuoted, !isQuoted { return nil }
        record.isFaulty = record.isFaulty || isQuoted
        record.fields.append(String(decoding: field, as: UTF8.self))
        return record
    }

    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private mutating func start() throws(Fault) {
        guard buffer.isEmpty else { return }
        _ = try refill()
        if buffer.starts(with: FileBytes.byteOrderMark) { position = FileBytes.byteOrderMark.count }
    }

    private mutating func take() throws(Fault) -> UInt8? {
        guard let byte = try peek() else { return nil }
        position += 1
        return byte
    }

    private mutating func peek() throws(Fault) -> UInt8? {
        if position < buffer.count { return buffer[position] }
        return try refill() ? buffer[0] : nil
    }

    private mutating func refill() throws(Fault) -> Bool {
        buffer.removeAll(keepingCapacity: true)
        position = 0
        do { return try file.read(onto: &buffer) } catch { throw .file(error) }
    }
}
